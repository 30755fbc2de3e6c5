import type { Status } from '../status/shape.ts'

/** A value, or one for each word of the metric's label. */
export type Reading = number | Record<string, number>
type Metric = { name: string; help: string; label?: string; read: (status: Status) => Reading }

/** RFC 3339 as Prometheus has times; 0: never. */
const secondsOf = (time: string | null) => (time === null ? 0 : Date.parse(time) / 1000)
const flag = (is: boolean) => (is ? 1 : 0)
const repositoryStates = ['fresh', 'waiting', 'refreshing', 'failing', 'never read'] as const

/** What goes up and down, read off a status. */
export const gauges: Metric[] = [
  { name: 'build_info', help: 'The version, always 1', label: 'version', read: ({ version }) => ({ [version]: 1 }) },
  { name: 'healthy', help: 'Whether /healthz answers 200', read: ({ verdict }) => flag(verdict.healthy) },
  {
    name: 'verdict',
    help: 'How we are doing: 1 for the level that holds',
    label: 'level',
    read: ({ verdict }) => countBy(['ok', 'warming', 'failing'], [verdict.level]),
  },
  {
    name: 'lag_seconds',
    help: 'Age of the last complete sweep; NaN before the first',
    read: ({ lag_seconds }) => lag_seconds ?? Number.NaN,
  },
  {
    name: 'probe_interval_seconds',
    help: 'How often it is looked what moved',
    read: ({ probe }) => probe.every_seconds ?? 0,
  },
  {
    name: 'last_probe_timestamp_seconds',
    help: 'When the last probe ended well; 0: never',
    read: ({ probe }) => secondsOf(probe.last_at),
  },
  {
    name: 'last_full_sweep_timestamp_seconds',
    help: 'When the last whole sweep ended well; 0: never',
    read: ({ full }) => secondsOf(full.last_at),
  },
  { name: 'queue_depth', help: 'Targets that are asked for', read: ({ queue }) => queue.depth },
  { name: 'queue_under_way', help: 'Targets that are being refreshed', read: ({ queue }) => queue.under_way },
  { name: 'queue_failing', help: 'Targets whose last refresh failed', read: ({ queue }) => queue.failing.length },
  {
    name: 'queue_oldest_seconds',
    help: 'For how long the target has waited that has waited longest',
    read: ({ at, queue }) => (queue.oldest_at === null ? 0 : secondsOf(at) - secondsOf(queue.oldest_at)),
  },
  { name: 'deliveries_kept', help: 'Deliveries in the inbox', read: ({ deliveries }) => deliveries.accepted },
  {
    name: 'last_delivery_timestamp_seconds',
    help: 'When the last delivery was accepted; 0: never',
    read: ({ deliveries }) => secondsOf(deliveries.last_at),
  },
  {
    name: 'jobs',
    help: 'Runs that wait or are under way',
    label: 'status',
    read: ({ jobs }) => ({ pending: jobs.pending.length, running: jobs.running.length }),
  },
  {
    name: 'backfills',
    help: 'Chunked migrations, by how they are',
    label: 'status',
    read: ({ backfills }) =>
      countBy(
        ['pending', 'running', 'completed', 'failed'],
        backfills.map(({ status }) => status),
      ),
  },
  {
    name: 'backfill_done_ratio',
    help: 'How much of each chunked migration is done',
    label: 'name',
    read: ({ backfills }) => Object.fromEntries(backfills.map((one) => [one.name, ratio(one)])),
  },
  {
    name: 'repositories',
    help: 'Repositories that are followed, by how they are',
    label: 'state',
    read: ({ repositories }) =>
      countBy(
        repositoryStates,
        repositories.map(({ state }) => state),
      ),
  },
  { name: 'entry_problems', help: 'What authors should mend', read: ({ problems }) => problems.length },
  {
    name: 'drift_columns',
    help: 'Columns that differed from Gitea at the last comparison; NaN: none was made',
    read: ({ drift }) => drift?.columns ?? Number.NaN,
  },
  {
    name: 'gitea_token_refused',
    help: 'Whether Gitea refuses the token',
    read: ({ gitea }) => flag(gitea.refused !== null),
  },
  {
    name: 'gitea_latency_seconds',
    help: "Moving average of Gitea's latest answers; NaN before the first",
    read: ({ gitea }) => (gitea.latency_ms === null ? Number.NaN : gitea.latency_ms / 1000),
  },
  { name: 'database_size_bytes', help: 'Of the file, without its WAL', read: ({ database }) => database.bytes },
  { name: 'database_wal_size_bytes', help: 'Of its WAL', read: ({ database }) => database.wal_bytes },
  { name: 'database_schema_version', help: 'Of its tables', read: ({ database }) => database.schema },
]

/** What only goes up, read off a status. */
export const counters: Metric[] = [
  {
    name: 'missed_webhooks_total',
    help: 'Changes that a sweep saw first, since the file was made',
    read: ({ missed_webhooks }) => missed_webhooks,
  },
  { name: 'gitea_requests_total', help: 'Requests to Gitea', read: ({ gitea }) => gitea.requests },
  {
    name: 'gitea_errors_total',
    help: 'Requests that Gitea did not answer, or refused for now',
    read: ({ gitea }) => gitea.errors,
  },
]

function countBy(words: readonly string[], seen: string[]): Record<string, number> {
  return Object.fromEntries(words.map((word) => [word, seen.filter((one) => one === word).length]))
}

function ratio({ status, done, total }: Status['backfills'][number]): number {
  if (status === 'completed') return 1
  return total === 0 ? 0 : done / total
}

import type { Status } from '../../src/status/shape.ts'
import type { JobView } from '../../src/work/job-view.ts'

const end = Date.parse('2026-11-22T10:00:00Z')

/** A time that many seconds before the status was taken; after it when negative. */
const before = (seconds: number) => new Date(end - seconds * 1000).toISOString().replace('.000', '')

/** A run that ended well two minutes ago, but for what is said. */
export function job(other: Partial<JobView> = {}): JobView {
  return {
    id: 41,
    kind: 'probe',
    status: 'completed',
    triggered_by: 'scheduled',
    created_at: before(124),
    started_at: before(123),
    completed_at: before(120),
    error_message: null,
    phase: null,
    done: 0,
    total: 0,
    rate: null,
    eta_seconds: null,
    stop_by: null,
    ...other,
  }
}

/** A status in which all is well, but for what is said. */
export function statusOf(other: Partial<Status> = {}): Status {
  return {
    verdict: { level: 'ok', sentence: 'In sync with Gitea as of 12 seconds ago.', healthy: true },
    version: '0.1.0',
    at: before(0),
    started_at: before(90_000),
    leader: 'host:1234',
    probe: { last_at: before(12), next_at: before(-288), every_seconds: 300 },
    full: { last_at: before(7_200), next_at: before(-14_400), every_seconds: 21_600 },
    lag_seconds: 12,
    queue: { depth: 0, under_way: 0, oldest_at: null, failing: [] },
    deliveries: { accepted: 1204, last_at: before(48), refused: {} },
    jobs: { running: [], pending: [], recent: [job()] },
    backfills: [],
    repositories: [
      { full_name: 'rfcs/meta', rfc_slug: null, state: 'fresh', confirmed_at: before(12), error: null },
      { full_name: 'rfcs/alpha', rfc_slug: 'alpha', state: 'fresh', confirmed_at: before(48), error: null },
    ],
    problems: [],
    drift: null,
    missed_webhooks: 0,
    gitea: {
      url: 'https://git.example.org/',
      version: '1.26.1',
      latency_ms: 23.4,
      requests: 4210,
      errors: 3,
      refused: null,
    },
    database: { path: '/var/lib/rfcached/rfcs.sqlite', bytes: 18_350_080, wal_bytes: 412_000, schema: 2 },
    day: Array.from({ length: 96 }, (_, index) => ({
      at: before((95 - index) * 900),
      refreshes: 0,
      failures: 0,
      deliveries: 0,
      refused: 0,
      missed: 0,
    })),
    ...other,
  }
}

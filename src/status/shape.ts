import { z } from 'zod'
import { jobShape } from '../work/job-view.ts'

/** RFC 3339 in UTC; null: never, or not known. */
const time = z.string().nullable()
const count = z.number().int().nonnegative()

/** A chunked migration; `retry` is the command that tries a failed one again. */
const backfillShape = z.object({
  name: z.string(),
  status: z.enum(['pending', 'running', 'completed', 'failed']),
  done: count,
  total: count,
  rate: z.number().nullable(),
  eta_seconds: z.number().nullable(),
  error_message: z.string().nullable(),
  retry: z.string().nullable(),
})

/** A kind of sweep: when it last ended well, and when it comes next. */
const sweepShape = z.object({ last_at: time, next_at: time, every_seconds: z.number().nullable() })

const repositoryShape = z.object({
  full_name: z.string(),
  rfc_slug: z.string().nullable().describe('The RFC whose own repository it is; null for the meta repository'),
  state: z.enum(['fresh', 'waiting', 'refreshing', 'failing', 'never read']),
  confirmed_at: time.describe('When what is held was last read or seen to be unchanged'),
  error: z.string().nullable(),
})

/** The one picture of how we are doing; command line, page, health and metrics render it. */
export const statusShape = z.object({
  verdict: z.object({
    level: z.enum(['ok', 'warming', 'failing']).describe('warming: nothing is wrong, but the copy is not complete yet'),
    sentence: z.string(),
    healthy: z
      .boolean()
      .describe('What `/healthz` answers: nothing failed, and the last complete sweep is recent enough'),
  }),
  version: z.string(),
  at: z.string(),
  started_at: time.describe('When the service that answers began; null: no service answers'),
  leader: z.string().nullable().describe('The process that works on this database'),
  probe: sweepShape,
  full: sweepShape,
  lag_seconds: z.number().nullable().describe('Age of the last complete sweep'),
  queue: z.object({
    depth: count,
    under_way: count,
    oldest_at: time,
    failing: z.array(z.object({ target: z.string(), failures: count, error: z.string(), next_try_at: time })),
  }),
  deliveries: z.object({
    accepted: count.describe('Kept in the inbox, as far back as retention goes'),
    last_at: time,
    refused: z.record(z.string(), count).describe('By HTTP status, since the service began'),
  }),
  jobs: z.object({ running: z.array(jobShape), pending: z.array(jobShape), recent: z.array(jobShape) }),
  backfills: z.array(backfillShape),
  repositories: z.array(repositoryShape),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  drift: z
    .object({ found_at: z.string(), columns: count })
    .nullable()
    .describe('What the last `reconcile --once --verify` found; null: none was made'),
  missed_webhooks: count,
  gitea: z.object({
    url: z.string(),
    version: z.string().nullable(),
    latency_ms: z.number().nullable().describe('Of the latest answers, on average'),
    requests: count,
    errors: count,
    refused: z.string().nullable().describe('Why the token is refused'),
  }),
  database: z.object({ path: z.string(), bytes: count, wal_bytes: count, schema: count }),
  day: z
    .array(
      z.object({ at: z.string(), refreshes: count, failures: count, deliveries: count, refused: count, missed: count }),
    )
    .describe('The last 24 hours in quarters of an hour, oldest first, without gaps'),
})

export type Status = z.infer<typeof statusShape>

import { z } from 'zod'
import type { JobRow } from '../store/jobs.ts'

const time = z.string().nullable()
const count = z.number().int().nonnegative()

/** One run of anything, as people and programs see it; times are RFC 3339 in UTC. */
export const jobShape = z.object({
  id: z.number().int(),
  kind: z.string(),
  status: z.enum(['pending', 'running', 'completed', 'failed', 'completed_with_warnings']),
  triggered_by: z.string().describe('scheduled, startup, webhook:<delivery>, manual:<user> or api:<client>'),
  created_at: z.string(),
  started_at: time,
  completed_at: time,
  error_message: z.string().nullable().describe('Why it failed, or what it warns of'),
  phase: z.string().nullable().describe('What `done` and `total` count'),
  done: count,
  total: count,
  rate: z.number().nullable().describe('Items a second in the phase that runs; null when nothing can be said yet'),
  eta_seconds: z.number().nullable().describe('What the phase still needs at that rate; null when nothing can be said'),
  stop_by: z.string().nullable().describe('Who asked it to stop'),
})
export type JobView = z.infer<typeof jobShape>

/** A job's row with its rate and the time it needs, at `now` (ms since 1970); what it brought is left out. */
export function jobView({ result: _, phase_at, ...job }: JobRow, now: number): JobView {
  return { ...job, ...pace(job.status === 'running' ? phase_at : null, job, now) }
}

/** How fast something goes that has done so much since it began, and the seconds it still needs; nulls where nothing can be said. */
function pace(
  beganAt: string | null,
  { done, total }: { done: number; total: number },
  now: number,
): { rate: number | null; eta_seconds: number | null } {
  const seconds = beganAt === null ? 0 : (now - Date.parse(beganAt)) / 1000
  if (seconds <= 0 || done <= 0) return { rate: null, eta_seconds: null }
  const rate = done / seconds
  return { rate: Number(rate.toPrecision(3)), eta_seconds: Math.ceil(Math.max(total - done, 0) / rate) }
}

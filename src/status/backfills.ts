import type { Picture } from '../store/picture.ts'
import { jobView } from '../work/job-view.ts'
import type { Status } from './shape.ts'

/** Every backfill and how far it is; the rate is its job's. */
export function backfillViews({ backfills, jobs }: Picture, now: number): Status['backfills'] {
  const active = new Map(jobs.active().map((job) => [job.id, jobView(job, now)]))
  return backfills().map(({ name, status, done, total, error_message, job_id }) => {
    const job = active.get(job_id ?? 0)
    const { rate = null, eta_seconds = null } = job ?? {}
    const isStopped = status === 'pending' && job === undefined && /^stopped by /.test(error_message ?? '')
    const retry = status === 'failed' || isStopped ? `rfcached backfill ${name}` : null
    return { name, status, done, total, rate, eta_seconds, error_message, retry }
  })
}

import { sentence } from '../errors.ts'
import type { Mirror } from '../refresh/mirror.ts'
import { utcOf } from '../rules/time.ts'
import type { JobRow } from '../store/jobs.ts'
import type { JobEnd, Progress } from './job-end.ts'
import { probeOnce } from './probe-job.ts'
import { readAgain, reconcileAll } from './reconcile.ts'
import { foresee, verify } from './verify.ts'

type Work = (mirror: Mirror, progress: Progress) => Promise<JobEnd>

/** Every kind of run there is. */
const jobKinds = {
  probe: probeOnce,
  reconcile: reconcileAll,
  rebuild: readAgain,
  verify,
  'dry-run': foresee,
} satisfies Record<string, Work>
export type JobKind = keyof typeof jobKinds

/**
 * Runs what is asked for, from `running` to a final status, whatever it throws: no kind can forget a field. The error is kept with
 * its text and thrown on, for the one who asked. Null: another process took it.
 */
export async function runJob(mirror: Mirror, job: JobRow, onProgress: Progress = () => {}): Promise<JobEnd | null> {
  const { store, effects, log } = mirror
  const now = () => utcOf(effects.now())
  if (!store.jobs.start(job.id, now())) return null
  try {
    const end = await workOf(job.kind)(mirror, (phase, done, total) => {
      store.jobs.progress(job.id, phase, done, total)
      onProgress(phase, done, total)
    })
    store.jobs.finish(job.id, end.status, now(), end.message, end.result)
    log.info({ job: job.id, kind: job.kind, status: end.status }, 'job ended')
    return end
  } catch (error) {
    store.jobs.finish(job.id, 'failed', now(), sentence(error), {})
    throw error
  }
}

function workOf(kind: string): Work {
  const found = Object.entries(jobKinds).find(([name]) => name === kind)
  if (!found) throw new Error(`There is no kind of job called ${kind}.`)
  return found[1]
}

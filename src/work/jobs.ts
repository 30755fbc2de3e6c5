import { type Mirror, timeNow } from '../refresh/mirror.ts'
import type { JobFilter, Requested, Stopped } from '../store/jobs.ts'
import { type JobView, jobView } from './job-view.ts'

export type Jobs = ReturnType<typeof jobsOf>

/** What people and programs may do with runs, in whichever process they ask; `ring` wakes the one who runs them, where it is this one. */
export function jobsOf({ store, effects }: Pick<Mirror, 'store' | 'effects'>, ring: () => void) {
  const now = () => timeNow({ effects })
  return {
    /** Asks for a run of one of `jobKinds`; the one that waits or runs is given back instead. @throws TransientError while the file is locked. */
    request: (kind: string, triggeredBy: string): Requested => {
      const requested = store.receive(() => store.jobs.request(kind, triggeredBy, now()))
      ring()
      return requested
    },
    /** Asks a run to stop. @throws TransientError while the file is locked. */
    stop: (id: number, by: string): Stopped => store.receive(() => store.jobs.stop(id, by, now())),
    /** A run and what it brought; null: it never was, or its history is forgotten. */
    find: (id: number): (JobView & { result: Record<string, unknown> }) | null => {
      const job = store.jobs.byId(id)
      return job && { ...jobView(job, effects.now()), result: JSON.parse(job.result) }
    },
    /** Runs, newest first. */
    list: (filter: JobFilter): JobView[] => store.jobs.list(filter).map((job) => jobView(job, effects.now())),
  }
}

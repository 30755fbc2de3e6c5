import type { Effects } from '../effects.ts'
import { sentence } from '../errors.ts'
import { utcOf } from '../rules/time.ts'
import type { JobStatus } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'

/** Every kind of run there is. */
export type JobKind = 'reconcile' | 'rebuild' | 'verify'

/** How a run ended: its counts for the history, and the sentence for a person when it did not end well. */
export type JobEnd = { status: Exclude<JobStatus, 'pending' | 'running'>; message: string | null; counts: object }

/**
 * Runs work as a row of the history, from `running` to a final status, whatever it throws; the error is kept with its text and
 * thrown on. `triggeredBy`: `scheduled`, `startup`, `webhook:<delivery>`, `manual:<user>`, `api:<client>`.
 */
export async function runJob<T>(
  store: Store,
  effects: Effects,
  kind: JobKind,
  triggeredBy: string,
  work: (jobId: number) => Promise<{ outcome: T; end: JobEnd }>,
): Promise<{ jobId: number; outcome: T; end: JobEnd }> {
  const jobId = store.jobs.start(kind, triggeredBy, utcOf(effects.now()))
  try {
    const { outcome, end } = await work(jobId)
    store.jobs.finish(jobId, end.status, utcOf(effects.now()), end.message, end.counts)
    return { jobId, outcome, end }
  } catch (error) {
    store.jobs.finish(jobId, 'failed', utcOf(effects.now()), sentence(error), {})
    throw error
  }
}

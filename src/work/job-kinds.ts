import type { Mirror } from '../refresh/mirror.ts'
import { backfillKinds } from './backfills.ts'
import type { JobEnd, Progress } from './job-end.ts'
import { probeOnce } from './probe-job.ts'
import { readAgain, reconcileAll } from './reconcile.ts'
import { foresee, verify } from './verify.ts'

/**
 * A kind of run. Its work tells how far it is (`progress`, at least once) and may throw whatever it likes. Once `signal` aborts, it
 * begins nothing more; every pause and every request of its mirror then ends, and so does the next call of `progress`, by throwing.
 */
export type Kind = {
  /** What it does, in a line for people. */
  about: string
  work: (mirror: Mirror, progress: Progress, signal: AbortSignal) => Promise<JobEnd>
}

const sweeps = {
  probe: { about: 'asks Gitea what moved, in three requests, and reads that', work: probeOnce },
  reconcile: { about: 'reads everything that can have moved', work: reconcileAll },
  rebuild: { about: 'trusts nothing that is held and reads everything again, in place', work: readAgain },
  verify: { about: 'compares the copy with Gitea, and changes nothing', work: verify },
  'dry-run': { about: 'says what a reconcile would change, and changes nothing', work: foresee },
} satisfies Record<string, Kind>
export type JobKind = keyof typeof sweeps | keyof typeof backfillKinds

/** Every kind of run there is. */
export const jobKinds: Record<JobKind, Kind> = { ...sweeps, ...backfillKinds }

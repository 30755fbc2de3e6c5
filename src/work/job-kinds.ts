import { backfillKinds } from './backfills.ts'
import type { Kind } from './job-end.ts'
import { probeOnce } from './probe-job.ts'
import { readAgain, reconcileAll } from './reconcile.ts'
import { foresee, verify } from './verify.ts'

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

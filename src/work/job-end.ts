import type { JobStatus } from '../store/jobs.ts'

/** How a run ended: what `--json` prints of it, and the sentence for a person when it did not end well. */
export type JobEnd = { status: Exclude<JobStatus, 'pending' | 'running'>; message: string | null; result: object }

/** Shows how far a run is: `done` of `total` of what the phase counts, from 0 on in each run, so that their growth is its rate. */
export type Progress = (phase: string, done: number, total: number) => void

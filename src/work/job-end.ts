import type { Mirror } from '../refresh/mirror.ts'
import type { JobStatus } from '../store/jobs.ts'

/** How a run ended: what `--json` prints of it, and the sentence for a person when it did not end well. */
export type JobEnd = { status: Exclude<JobStatus, 'pending' | 'running'>; message: string | null; result: object }

/** Shows how far a run is: `done` of `total` of what the phase counts, from 0 on in each run, so that their growth is its rate. */
export type Progress = (phase: string, done: number, total: number) => void

/**
 * A kind of run. Its work tells how far it is (`progress`, at least once) and may throw whatever it likes. Once `signal` aborts, it
 * begins nothing more; every pause and every request of its mirror then ends, and so does the next call of `progress`, by throwing.
 */
export type Kind = {
  /** What it does, in a line for people. */
  about: string
  work: (mirror: Mirror, progress: Progress, signal: AbortSignal) => Promise<JobEnd>
}

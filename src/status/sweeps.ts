import type { JobView } from '../work/job-view.ts'
import type { Status } from './shape.ts'

/** The kinds of run that read everything. */
export const wholeSweeps = ['reconcile', 'rebuild']

/** The whole sweep that runs. */
export function runningSweep({ jobs }: Pick<Status, 'jobs'>): JobView | undefined {
  return jobs.running.find(({ kind }) => wholeSweeps.includes(kind))
}

/** The sweep that ended last, a probe or a whole one. */
export function lastSweep({ jobs }: Pick<Status, 'jobs'>): JobView | undefined {
  return jobs.recent.find(({ kind }) => kind === 'probe' || wholeSweeps.includes(kind))
}

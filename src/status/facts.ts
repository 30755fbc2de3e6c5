import type { Gitea } from '../gitea/gitea.ts'
import type { Pulse } from '../work/pulse.ts'
import type { Status } from './shape.ts'

/** When sweeps come; times are milliseconds since 1970, lengths milliseconds. */
type Schedule = {
  probeEveryMs: () => number
  fullEveryMs: () => number | null
  /** How many of the last three probes were due after a time. */
  probesSince: (at: number) => number
  nextProbe: () => Date | null
  nextFull: () => Date | null
}

/** What only the daemon knows. */
export type Live = { pulse: Pulse; traffic: Gitea['traffic']; schedule: Schedule }

/** A status before the verdict on it. */
export type Facts = Omit<Status, 'verdict'>

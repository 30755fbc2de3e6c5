import { setTimeout as wait } from 'node:timers/promises'

/** Clock, randomness and timers, handed in so that a simulation can drive the whole mirror from one seed. */
export type Effects = {
  /** Milliseconds since 1970. */
  now: () => number
  /** In [0, 1). */
  random: () => number
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** The real ones. */
export const realEffects: Effects = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
}

/** The same, whose every pause ends when the signal aborts. */
export function endedBy(signal: AbortSignal, effects: Effects): Effects {
  return {
    ...effects,
    sleep: (ms, own) => effects.sleep(ms, own ? AbortSignal.any([own, signal]) : signal),
  }
}

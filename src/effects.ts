import { setTimeout as wait } from 'node:timers/promises'

/** Clock, randomness and timers, handed in so that a simulation can drive the whole mirror from one seed. */
export type Effects = {
  /** Milliseconds since 1970. */
  now: () => number
  /** Milliseconds since whenever, by a clock that nobody sets; where there is none, nobody notices that another's was set. */
  steady?: () => number
  /** In [0, 1). */
  random: () => number
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** The real ones. */
export const realEffects: Effects = {
  now: Date.now,
  steady: () => performance.now(),
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

/** What the promise gives, unless the signal aborts first: its reason is thrown then, and nobody waits any longer. */
export function unlessEnded<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** One that aborts with either. */
export function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other)
}

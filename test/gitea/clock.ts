import { setImmediate as turn } from 'node:timers/promises'
import type { Effects } from '../../src/effects.ts'

type Sleeper = { at: number; wake: () => void }

/** Effects on a clock that moves only by hand; random numbers are all the same. */
export function handClock(start = Date.parse('2026-11-22T10:00:00Z'), random = 0.5) {
  const sleepers = new Set<Sleeper>()
  let time = start

  const pass = (ms: number): void => {
    time += ms
    for (const sleeper of sleepers) if (sleeper.at <= time) sleeper.wake()
  }
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const sleeper = { at: time + ms, wake: () => settle(resolve) }
      const settle = (end: () => void) => {
        sleepers.delete(sleeper)
        end()
      }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', () => settle(() => reject(signal.reason)), { once: true })
    })

  const effects: Effects = { now: () => time, random: () => random, sleep }
  return {
    effects,
    pass,
    /** Milliseconds since the start. */
    elapsed: () => time - start,
    /** Waits for the promise, and lets time jump to the next waking whenever nothing else goes on. */
    until: async <T>(promise: Promise<T>, isBusy: () => boolean): Promise<T> => {
      let over = false
      const end = () => {
        over = true
      }
      promise.then(end, end)
      while (!over) {
        await turn()
        const next = Math.min(...[...sleepers].map(({ at }) => at))
        if (!over && !isBusy() && Number.isFinite(next)) pass(Math.max(0, next - time))
      }
      return promise
    },
  }
}

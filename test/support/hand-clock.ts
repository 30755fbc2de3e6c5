import type { Effects } from '../../src/effects.ts'
import { seededRandom } from './seeded-random.ts'

/** Longer than any pause: only a deadline is. */
const deadlineFromMs = 100_000

/**
 * A clock moved by hand, shared by a fake and its mirror. A pause moves it and is over at once; a deadline waits until the
 * clock has passed it, so that a hanging answer times out when a test lets time pass and never before.
 */
export function handClock({ at = '2026-11-22T10:00:00Z', seed = 1 } = {}) {
  let time = Date.parse(at)
  const deadlines = new Set<{ at: number; ring: () => void }>()

  const pass = (ms: number) => {
    time += Math.ceil(ms)
    for (const deadline of deadlines) if (deadline.at <= time) deadline.ring()
  }
  const until = (ms: number, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const deadline = { at: time + ms, ring: resolve }
      deadlines.add(deadline)
      signal?.addEventListener('abort', () => {
        deadlines.delete(deadline)
        reject(signal.reason)
      })
    })
  const effects: Effects = {
    now: () => time,
    random: seededRandom(seed),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      if (ms > deadlineFromMs) await until(ms, signal)
      else pass(ms)
    },
  }
  return { effects, now: effects.now, random: seededRandom(seed + 1), pass: (seconds: number) => pass(seconds * 1000) }
}

import type { Effects } from '../../src/effects.ts'
import { seededRandom } from '../support/seeded-random.ts'

type Sleeper = { at: number; ring: () => void }

/** A clock moved by hand, step by step: whoever sleeps is woken in order, and has done what it does before the next one is. */
export function stepClock(at = '2026-11-22T10:00:00Z') {
  let time = Date.parse(at)
  let setBackMs = 0
  const sleepers = new Set<Sleeper>()
  const effects: Effects = {
    now: () => time,
    steady: () => time + setBackMs,
    random: seededRandom(1),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { at: time + Math.ceil(ms), ring: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
      }),
  }
  const wakeBy = (end: number): boolean => {
    const [next] = [...sleepers].filter((one) => one.at <= end).sort((a, b) => a.at - b.at)
    if (!next) return false
    sleepers.delete(next)
    time = Math.max(time, next.at)
    next.ring()
    return true
  }
  return {
    effects,
    now: effects.now,
    random: seededRandom(2),
    /** Lets so many seconds pass. */
    pass: async (seconds: number) => {
      const end = time + seconds * 1000
      await settled()
      while (wakeBy(end)) await settled()
      time = end
    },
    /** Sets it without anybody's waking: forwards as for a process that was stopped, back as by a person; pauses get no longer. */
    set: (ms: number) => {
      const back = Math.max(time - ms, 0)
      for (const sleeper of sleepers) sleeper.at -= back
      setBackMs += back
      time = ms
    },
    settled,
  }
}

/** Until whatever can go on without the clock has done so. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 30; turns++) await new Promise(setImmediate)
}

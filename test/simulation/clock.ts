import type { Effects } from '../../src/effects.ts'
import { settled } from './ground.ts'

/** Something that sleeps and wakes by the clock: a process may be stopped for a while (SIGSTOP, a suspended machine). */
export type Sleeper = { frozen: boolean }

type Event = { at: number; whose: Sleeper | null; fire: () => unknown }

export type Clock = ReturnType<typeof simulatedClock>

/** All that happens by time in a simulation, in order; what is due at the same moment comes in an order that chance decides. */
export function simulatedClock(chance: () => number) {
  let time = Date.parse('2026-11-22T10:00:00Z')
  const events = new Set<Event>()

  const next = (end: number): Event | null => {
    let first: Event | null = null
    for (const event of events) {
      if (event.at > end || event.whose?.frozen) continue
      if (!first || event.at < first.at || (event.at === first.at && chance() < 0.5)) first = event
    }
    return first
  }
  const at = (when: number, whose: Sleeper | null, fire: () => unknown): (() => void) => {
    const event = { at: when, whose, fire }
    events.add(event)
    return () => void events.delete(event)
  }
  const run = async (end: number): Promise<void> => {
    await settled()
    for (let event = next(end); event; event = next(end)) {
      events.delete(event)
      time = Math.max(time, event.at)
      await event.fire()
      await settled()
    }
    time = Math.max(time, end)
  }

  return {
    now: () => time,
    at,
    /** Begins later; nothing is under way yet. */
    beginAfter: (ms: number) => {
      time += ms
    },
    /** Lets so many milliseconds pass, each event at its time. */
    pass: (ms: number) => run(time + ms),
    /** The same as after a pause of the whole machine: what was due meanwhile happens at its end. */
    leap: (ms: number) => {
      time += ms
      return run(time)
    },
    forget: (whose: Sleeper) => {
      for (const event of events) if (event.whose === whose) events.delete(event)
    },
    /** Clock, chance and pauses of one process; `skew` is how far its clock is ahead. */
    effects: (whose: Sleeper, random: () => number, skew: () => number): Effects => ({
      now: () => time + skew(),
      random,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason)
          const forget = at(time + Math.max(1, Math.ceil(ms)), whose, resolve)
          signal?.addEventListener(
            'abort',
            () => {
              forget()
              reject(signal.reason)
            },
            { once: true },
          )
        }),
    }),
  }
}

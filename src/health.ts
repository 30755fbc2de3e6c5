import type { Mirror } from './refresh/mirror.ts'
import type { Pulse } from './work/service.ts'

/** Whether all is well, and why not, in a sentence. */
export type Health = { ok: boolean; sentence: string }

/** When probes come: milliseconds between the next two, and how many of the last three were due after a time. */
export type Schedule = { probeEveryMs: () => number; probesSince: (at: number) => number }

/** Nothing is so slow that the worker may not look at its queue for so long. */
const stalledAfterMs = 15 * 60_000

/** Well while the last complete sweep (a probe or a whole one) is younger than three probe intervals, and nothing stands in the way. */
export function health({ store, effects }: Mirror, pulse: Pulse, { probeEveryMs, probesSince }: Schedule): Health {
  const now = effects.now()
  const last = Number(store.settings.get('last_complete') ?? 0)
  if (pulse.refused) return { ok: false, sentence: pulse.refused }
  const [trouble] = pulse.troubles.values()
  if (trouble) return { ok: false, sentence: `Work is interrupted: ${trouble}` }
  if (now - pulse.beatAt > stalledAfterMs)
    return { ok: false, sentence: 'The worker has not looked at its queue for 15 minutes.' }
  if (!pulse.leads && store.lease.holder(now) === null)
    return { ok: false, sentence: 'No process works on this database yet.' }
  if (last === 0) return { ok: false, sentence: `The first sweep is not complete yet. ${lastFailure(store)}`.trim() }
  const age = now - last
  // At night a schedule may have no probes: then those that came count, not the hours.
  if (age <= 3 * probeEveryMs() || (last > pulse.beganAt && probesSince(last) < 3))
    return { ok: true, sentence: `The last complete sweep ended ${Math.round(age / 1000)} s ago.` }
  return {
    ok: false,
    sentence: `No sweep was complete for ${Math.round(age / 60_000)} minutes. ${lastFailure(store)}`.trim(),
  }
}

function lastFailure(store: Mirror['store']): string {
  return store.jobs.lastError() ?? ''
}

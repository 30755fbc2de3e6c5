import { isOfAll } from '../rules/target.ts'
import type { Facts, Live } from './facts.ts'
import type { Status } from './shape.ts'
import { lastSweep, runningSweep } from './sweeps.ts'
import { ago, lasting } from './words.ts'

type Verdict = Status['verdict']
type Ruling = Omit<Verdict, 'healthy'>
/** What a rule looks at; `isFresh`: the last complete sweep is recent enough. */
type Case = { facts: Facts; live: Live | null; now: number; isFresh: boolean }

/** Nothing is so slow that the worker may not look at its queue for so long. */
const stalledAfterMs = 15 * 60_000
/** One request that is lost is tried again, and nobody needs to know. */
const silentAfterMs = 10_000
/** Where no daemon says how often it probes. */
const usualProbeSeconds = 300

/** In their order: what stands in the way of all else comes first, and the first that speaks is heard. */
const rules: ((about: Case) => Ruling | null)[] = [
  tokenRefused,
  cannotWrite,
  stalled,
  nobodyWorks,
  firstSweep,
  stale,
  backfillFailed,
  backfillStopped,
  backfilling,
]

/** How we are doing, in a sentence. Healthy while the last complete sweep (a probe or a whole one) is younger than three probe intervals, and nothing stands in the way. */
export function verdictOf(facts: Facts, live: Live | null, now: number): Verdict {
  const about = { facts, live, now, isFresh: isFresh(facts, live, now) }
  for (const rule of rules) {
    const ruling = rule(about)
    if (ruling) return { ...ruling, healthy: ruling.level !== 'failing' && about.isFresh }
  }
  return { level: 'ok', sentence: inSync(about), healthy: true }
}

function isFresh({ lag_seconds, probe }: Facts, live: Live | null, now: number): boolean {
  if (lag_seconds === null) return false
  if (lag_seconds <= 3 * (probe.every_seconds ?? usualProbeSeconds)) return true
  // At night a schedule may have no probes: then those that came count, not the hours.
  const last = now - lag_seconds * 1000
  return live !== null && last > live.pulse.beganAt && live.schedule.probesSince(last) < 3
}

function failing(...sentences: (string | null)[]): Ruling {
  return { level: 'failing', sentence: sentences.filter((one) => one !== null && one !== '').join(' ') }
}

function tokenRefused({ facts }: Case): Ruling | null {
  return facts.gitea.refused === null ? null : failing(facts.gitea.refused)
}

function cannotWrite({ live }: Case): Ruling | null {
  const [trouble] = live?.pulse.troubles.values() ?? []
  if (trouble === undefined) return null
  const isFull = /disk is full/.test(trouble)
  return failing(`Work is interrupted: ${whole(trouble)}`, isFull ? 'Make room, and it goes on by itself.' : null)
}

function stalled({ live, now }: Case): Ruling | null {
  if (!live || now - live.pulse.beatAt <= stalledAfterMs) return null
  return failing(
    'The worker has not looked at its queue for 15 minutes.',
    'Restart rfcached; its log tells what came before.',
  )
}

function nobodyWorks({ facts, live }: Case): Ruling | null {
  if (live?.pulse.leads || facts.leader !== null) return null
  if (live) return failing('No process works on this database yet.')
  return failing('No process works on this database: start `rfcached serve`.', asItWas(facts))
}

function asItWas({ lag_seconds }: Facts): string {
  return lag_seconds === null ? 'There is no complete copy yet.' : `The copy is as it was ${ago(lag_seconds)}.`
}

function firstSweep(about: Case): Ruling | null {
  const { facts } = about
  if (facts.lag_seconds !== null) return null
  const why = reason(about)
  const how = howFar(facts)
  if (why === null)
    return { level: 'warming', sentence: `The first sweep is not complete yet${how ?? ': it begins in a moment.'}` }
  return failing('The first sweep is not complete yet.', why)
}

function stale(about: Case): Ruling | null {
  const { facts, isFresh: fresh } = about
  if (fresh) return null
  const why = reason(about)
  const how = howFar(facts)
  const age = lasting(facts.lag_seconds ?? 0)
  if (why === null && how !== null)
    return { level: 'warming', sentence: `No sweep was complete for ${age}, and everything is read again now${how}` }
  return failing(`No sweep was complete for ${age}.`, why)
}

/** Why sweeps do not end well, each reason once: what the last one said, what cannot be read, that Gitea is silent; null: nothing is known against them. */
function reason(about: Case): string | null {
  // What runs now may end otherwise than the one before.
  const isTried = howFar(about.facts) !== null
  const [sweep, target] = isTried ? [null, null] : [failedSweep(about), hindrance(about)]
  const words = [...new Set([sweep, target])].filter((one) => one !== null)
  const silent = silence(about)
  if (silent) {
    const isSaid = sweep !== null || words.includes(silent.why)
    words.push(isSaid ? `${silent.since}.` : `${silent.since}: ${silent.why}`)
  }
  return words.join(' ') || null
}

function failedSweep({ facts }: Case): string | null {
  const last = lastSweep(facts)
  return last?.status === 'failed' && last.error_message ? whole(last.error_message) : null
}

/** What no sweep is complete without, and why it cannot be read: the owner's repositories first, for the rest is found by them. */
function hindrance({ facts }: Case): string | null {
  const ofAll = facts.queue.failing.filter(({ target }) => isOfAll(target))
  const first = ofAll.find(({ target }) => target === 'repos') ?? ofAll[0]
  return first ? whole(first.error) : null
}

/** Since when Gitea is silent, and why, in words; null: it serves, or fell silent only now. */
function silence({ live, now }: Case): { since: string; why: string } | null {
  const { silent } = live?.traffic ?? {}
  if (!silent || now - silent.since < silentAfterMs) return null
  const since = `Gitea has served no request for ${lasting((now - silent.since) / 1000)}`
  return { since, why: whole(silent.why) }
}

/** How far the whole sweep is that runs; null when none does. */
function howFar(facts: Facts): string | null {
  const sweep = runningSweep(facts)
  if (!sweep) return null
  return sweep.total > 1 ? `: ${sweep.phase}, ${sweep.done} of ${sweep.total}.` : `: reading ${sweep.phase}.`
}

function backfillFailed({ facts }: Case): Ruling | null {
  const failed = facts.backfills.find(({ status }) => status === 'failed')
  if (!failed) return null
  return failing(
    `The copy is in sync, but the backfill ${failed.name} failed: ${whole(failed.error_message ?? 'nobody knows why')}`,
    `\`${failed.retry}\` tries it again.`,
  )
}

function backfillStopped({ facts }: Case): Ruling | null {
  const stopped = facts.backfills.find(({ status, retry }) => status === 'pending' && retry !== null)
  if (!stopped) return null
  const { name, error_message, done, total, retry } = stopped
  const sentence = `The copy is in sync; the backfill ${name} was ${error_message}, at ${done} of ${total}. \`${retry}\` goes on with it, and so does the next start.`
  return { level: 'warming', sentence }
}

function backfilling({ facts }: Case): Ruling | null {
  const one = facts.backfills.find(({ status }) => status === 'running' || status === 'pending')
  if (!one) return null
  const left = one.eta_seconds === null ? '' : `, ${lasting(one.eta_seconds)} to go`
  return {
    level: 'warming',
    sentence: `The copy is in sync, and the backfill ${one.name} is under way: ${one.done} of ${one.total}${left}.`,
  }
}

function inSync(about: Case): string {
  const { facts } = about
  const silent = silence(about)
  const but = silent === null ? '' : ` ${silent.since}: ${silent.why}`
  return `In sync with Gitea as of ${ago(facts.lag_seconds ?? 0)}${butFor(facts)}.${but}`
}

/** What is not in sync: repositories by name, else what the queue calls it. */
function butFor({ queue, repositories }: Facts): string {
  const named = repositories.flatMap(({ state, full_name }) => (state === 'failing' ? full_name : []))
  const [first, ...others] = named.length > 0 ? named : queue.failing.map(({ target }) => target)
  if (first === undefined) return ''
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `, but for ${first}${more}, which cannot be read now and is tried again`
}

function whole(sentence: string): string {
  return /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`
}

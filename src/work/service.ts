import { FileMoved, isFinal, LeaseLost, sentence, TokenRefused } from '../errors.ts'
import { type Mirror, timeNow } from '../refresh/mirror.ts'
import type { Lane } from '../store/jobs.ts'
import { backfillsDue } from './backfills.ts'
import type { Bell } from './bell.ts'
import { runJob } from './job.ts'
import { giveUpLead, heartbeatMs, holderName, takeLead } from './lead.ts'
import { prune, type Retention } from './prune.ts'
import type { Pulse } from './pulse.ts'
import { tellRefusals } from './refusals.ts'
import { atOnce, createWorker } from './worker.ts'

/** A service at work, the bell that wakes it when something was asked for, and what ends the requests that are under way. */
type Running = {
  mirror: Mirror
  pulse: Pulse
  bell: Bell
  retention: Retention
  signal: AbortSignal
  abandon: () => void
}

/** How long the worker sleeps at the most: another process may have asked. */
const longestNapMs = 500
const pauseAfterTroubleMs = 1000
const pruneEveryMs = 3_600_000

/**
 * The worker, the runner of jobs and the tidying up, for as long as the signal lets them: whoever has the lease works, and it is
 * renewed all the while. Ends when stopped (what is under way is finished or abandoned with the client's own signal) and
 * @throws LeaseLost when another process took over, FileMoved when the file went, and what SQLite says of a broken one.
 */
export async function runService({ signal, ...parts }: Running): Promise<void> {
  const { mirror } = parts
  const name = holderName(mirror)
  const stop = new AbortController()
  const running = { ...parts, signal: AbortSignal.any([signal, stop.signal]) }
  // Each worker by itself: a refresh that takes minutes must not keep the others from what was asked meanwhile.
  const workers = Array.from({ length: atOnce }, (_, index) => workLoop(running, `worker ${index + 1}`))
  const loops = [
    heart(running, name),
    jobLoop(running, 'others'),
    jobLoop(running, 'backfills'),
    pruneLoop(running),
    ...workers,
  ]
  try {
    await Promise.race([Promise.all(loops), failing(loops)])
  } catch (error) {
    parts.abandon()
    throw error
  } finally {
    stop.abort()
    await Promise.allSettled(loops)
    giveUpLead(mirror, name)
  }
}

/** Takes the lease when it is free and renews it; one that was lost is not taken again by this process. */
function heart(running: Running, name: string): Promise<void> {
  const { mirror, pulse, bell } = running
  return repeat(running, 'lease', async () => {
    if (pulse.final !== null) throw pulse.final
    if (mirror.store.isMoved()) throw new FileMoved(mirror.store.file)
    const took = takeLead(mirror, name)
    if (pulse.leads && !took) throw new LeaseLost()
    if (took && !pulse.leads) mirror.log.info('leading')
    if (took !== pulse.leads) bell.ring()
    // The lease could be looked at or written: what kept a delivery from being written has passed.
    pulse.troubles.delete('inbox')
    pulse.leads = took
    // The application may have made or changed its table of actions: a transaction sees to that, also when nothing moves.
    if (took) tellRefusals(mirror, pulse.refusals)
    return took ? heartbeatMs : longestNapMs
  })
}

function workLoop(running: Running, name: string): Promise<void> {
  const { mirror, pulse, bell, signal } = running
  const { store, effects } = mirror
  const worker = createWorker(mirror)
  const turn = async () => {
    pulse.beatAt = effects.now()
    if (!pulse.leads || pulse.refused) return longestNapMs
    const onProgress = () => {
      pulse.beatAt = effects.now()
    }
    await worker.drain({ withDates: false, turns: 1, onProgress, signal })
    const next = store.targets.nextDue(false) ?? Number.POSITIVE_INFINITY
    return Math.min(Math.max(next - effects.now(), 1), longestNapMs)
  }
  return repeat(running, name, turn, bell)
}

/** Runs what is asked for in a lane, one after another. */
function jobLoop(running: Running, lane: Lane): Promise<void> {
  const { mirror, pulse, bell, signal } = running
  const { store, log } = mirror
  const begin = lane === 'others' ? () => oweSweep(mirror) : () => {}
  const askWhatIsDue = lane === 'backfills' ? backfillsDue(mirror) : () => {}
  let mayBeLeft = false
  let isBegun = false
  const turn = async () => {
    if (!pulse.leads) return longestNapMs
    if (!isBegun) begin()
    isBegun = true
    // One job of a lane at a time: what is said to run now has ended, and its end could not be written.
    if (mayBeLeft) store.jobs.interruptRunning(timeNow(mirror), lane)
    mayBeLeft = false
    if (!pulse.refused) askWhatIsDue()
    const job = store.jobs.nextPending(lane)
    if (!job) return longestNapMs
    try {
      const end = await runJob(mirror, job, { signal })
      // A backfill may end well without a word from Gitea.
      if (lane === 'others' && end?.status !== 'failed') pulse.refused = null
    } catch (error) {
      if (isFinal(error)) throw error
      if (error instanceof TokenRefused) pulse.refused = sentence(error)
      mayBeLeft = true
      log.error({ job: job.id, kind: job.kind, err: error }, 'job failed')
    }
    bell.ring()
    return 0
  }
  return repeat(running, lane === 'others' ? 'jobs' : lane, turn, bell)
}

/** Nobody knows what happened while nobody worked: a whole sweep is asked for, and owed until one could be done. */
function oweSweep({ store, effects }: Mirror): void {
  store.transaction(() => store.settings.set('full_owed', '1'))
  store.jobs.request('reconcile', 'startup', timeNow({ effects }))
}

function pruneLoop(running: Running): Promise<void> {
  const { mirror, pulse, retention } = running
  let dueAt = 0
  return repeat(running, 'pruning', async () => {
    if (!pulse.leads || mirror.effects.now() < dueAt) return heartbeatMs
    await prune(mirror, retention)
    dueAt = mirror.effects.now() + pruneEveryMs
    return heartbeatMs
  })
}

/** Runs `step` again after the milliseconds it says, or when its bell rings; trouble (a full disk, a locked file) is tried again. */
async function repeat(
  { mirror, pulse, signal }: Running,
  name: string,
  step: () => Promise<number>,
  bell?: Bell,
): Promise<void> {
  while (!signal.aborted) {
    const awake = bell ? AbortSignal.any([signal, bell.signal()]) : signal
    let pause = pauseAfterTroubleMs
    try {
      pause = await step()
      pulse.troubles.delete(name)
    } catch (error) {
      if (isFinal(error)) throw error
      if (error instanceof TokenRefused) pulse.refused = sentence(error)
      else pulse.troubles.set(name, sentence(error))
      if (!signal.aborted) mirror.log.error({ err: error }, 'work interrupted')
    }
    await mirror.effects.sleep(pause, awake).catch(() => {})
  }
}

/** Rejects with the first loop that fails. */
function failing(loops: Promise<void>[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const loop of loops) loop.catch(reject)
  })
}

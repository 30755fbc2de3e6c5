import { LeaseLost, sentence, TokenRefused } from '../errors.ts'
import type { Mirror } from '../refresh/mirror.ts'
import { runJob } from './job.ts'
import { giveUpLead, heartbeatMs, holderName, takeLead } from './lead.ts'
import { createWorker } from './worker.ts'

/** How the service feels, for health and status. Times are milliseconds since 1970. */
export type Pulse = {
  leads: boolean
  /** When the worker last looked at the queue. */
  beatAt: number
  /** The sentence while Gitea refuses the token: nothing is asked until a probe finds it accepted. */
  refused: string | null
  /** What the database said last time it could not be written. */
  trouble: string | null
}

/** How long the worker sleeps at the most: another process may have asked. */
const longestNapMs = 500
const pauseAfterTroubleMs = 1000

/**
 * The worker and the runner of jobs, for as long as the signal lets them: whoever has the lease works, and it is renewed all the
 * while. Ends when stopped (what is under way is finished or abandoned with the client's own signal) and
 * @throws LeaseLost when another process took over.
 */
export async function runService(mirror: Mirror, pulse: Pulse, signal: AbortSignal): Promise<void> {
  const name = holderName(mirror)
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const loops = [heart(mirror, name, pulse, both), workLoop(mirror, pulse, both), jobLoop(mirror, pulse, both)]
  try {
    await Promise.race([Promise.all(loops), failing(loops)])
  } finally {
    stop.abort()
    await Promise.allSettled(loops)
    giveUpLead(mirror, name)
  }
}

/** Takes the lease when it is free and renews it; one that was lost is not taken again by this process. */
async function heart(mirror: Mirror, name: string, pulse: Pulse, signal: AbortSignal): Promise<void> {
  await repeat(mirror, signal, pulse, async () => {
    const took = takeLead(mirror, name)
    if (pulse.leads && !took) throw new LeaseLost()
    if (took && !pulse.leads) mirror.log.info('leading')
    pulse.leads = took
    return took ? heartbeatMs : longestNapMs
  })
}

async function workLoop(mirror: Mirror, pulse: Pulse, signal: AbortSignal): Promise<void> {
  const { store, effects } = mirror
  const worker = createWorker(mirror)
  await repeat(mirror, signal, pulse, async () => {
    pulse.beatAt = effects.now()
    if (!pulse.leads || pulse.refused) return longestNapMs
    await worker.drain({ withDates: true, signal })
    const next = store.targets.nextDue()
    return next === null ? longestNapMs : Math.max(1, next - effects.now())
  })
}

async function jobLoop(mirror: Mirror, pulse: Pulse, signal: AbortSignal): Promise<void> {
  const { store, log } = mirror
  await repeat(mirror, signal, pulse, async () => {
    const job = pulse.leads ? store.jobs.nextPending() : null
    if (!job) return longestNapMs
    try {
      await runJob(mirror, job)
      pulse.refused = null
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      if (error instanceof TokenRefused) pulse.refused = sentence(error)
      log.error({ job: job.id, kind: job.kind, err: error }, 'job failed')
    }
    return 0
  })
}

/** Runs `step` again after the milliseconds it says, at most a nap; trouble (a full disk, a locked file) is kept and tried again. */
async function repeat(
  { effects, log }: Mirror,
  signal: AbortSignal,
  pulse: Pulse,
  step: () => Promise<number>,
): Promise<void> {
  while (!signal.aborted) {
    let pause = pauseAfterTroubleMs
    try {
      pause = Math.min(await step(), heartbeatMs)
      pulse.trouble = null
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      if (error instanceof TokenRefused) pulse.refused = sentence(error)
      else pulse.trouble = sentence(error)
      if (!signal.aborted) log.error({ err: error }, 'work interrupted')
    }
    await nap(effects, pause, signal)
  }
}

async function nap({ sleep }: Mirror['effects'], ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => {})
}

/** Rejects with the first loop that fails. */
function failing(loops: Promise<void>[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const loop of loops) loop.catch(reject)
  })
}

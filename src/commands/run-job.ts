import { userInfo } from 'node:os'
import { type Config, giteaToken } from '../config.ts'
import { openConfiguredStore, openMirror, type StoreParts } from '../daemon.ts'
import { isMalformed, sentence, TransientError } from '../errors.ts'
import { createLog } from '../log.ts'
import { type Mirror, timeNow } from '../refresh/mirror.ts'
import { wholeSweeps } from '../status/sweeps.ts'
import { type Lane, laneOfKind } from '../store/jobs.ts'
import { suspect } from '../store/mend.ts'
import { deriveOwed } from '../work/backfills.ts'
import { runJob } from '../work/job.ts'
import type { JobEnd, Progress } from '../work/job-end.ts'
import type { JobKind } from '../work/job-kinds.ts'
import { giveUpLead, heartbeatMs, holderName, takeLead } from '../work/lead.ts'
import type { ExitCode } from './command.ts'
import { complain, print } from './print.ts'
import { showProgress } from './progress.ts'

/** A run that was asked for, and how it ended. */
export type Ended = { id: number; end: JobEnd }

/** What a person or a program is told of it. */
type Told = { json: (ended: Ended) => object; text: (ended: Ended) => string }

type Wanted = { id: number; lane: Lane }

const lookEveryMs = 250

/** Runs with a progress bar, or quietly for `json`, and tells how it ended, on standard output; gives the exit code. */
export async function shown(json: boolean, run: (progress: Progress) => Promise<Ended>, told: Told): Promise<ExitCode> {
  const progress = showProgress(json)
  try {
    const ended = await run(progress.show)
    const { status, message } = ended.end
    progress.stop()
    print(json ? `${JSON.stringify(told.json(ended))}\n` : told.text(ended))
    if (status === 'failed') complain(`rfcached: ${message}\n`)
    return status === 'completed' ? 0 : status === 'failed' ? 1 : 3
  } catch (error) {
    if (json) print(`${JSON.stringify({ status: 'failed', error: sentence(error) })}\n`)
    throw error
  } finally {
    progress.stop()
  }
}

/**
 * Asks the copy of a configuration for a run and waits for its end: whoever has the lease works; the others look at the job's row, and
 * take over when the one who worked is gone. A file that shows itself broken is looked at when it is opened the next time.
 */
export async function runToItsEnd(
  config: Config,
  kind: JobKind,
  progress: Progress,
  parts: StoreParts,
): Promise<Ended> {
  const token = giteaToken(config, process.env)
  using store = openConfiguredStore(config, parts)
  // What goes wrong is in what is told of the run: a log beside it would say it twice.
  const log = createLog(process.env.RFCACHED_DEBUG ? 'debug' : 'silent')
  await using mirror = openMirror(config, token, store, { log })
  try {
    return await leadOrFollow(mirror, kind, progress)
  } catch (error) {
    throw isMalformed(error) ? suspect(store.file, error) : error
  }
}

async function leadOrFollow(mirror: Mirror, kind: JobKind, progress: Progress): Promise<Ended> {
  const { store, effects } = mirror
  const request = () => store.jobs.request(kind, byMe(), timeNow(mirror)).id
  const name = holderName(mirror)
  const followed = request()
  for (;;) {
    const end = endOf(mirror, followed)
    if (end) return { id: followed, end }
    if (takenLead(mirror, name)) {
      // The run we followed was that of a process that died, and is interrupted now: ours is another.
      const id = store.jobs.byId(followed)?.status === 'pending' ? followed : request()
      return { id, end: await lead(mirror, name, { id, lane: laneOfKind(kind) }, progress) }
    }
    const job = store.jobs.byId(followed)
    progress(job?.phase ?? 'waiting for the process that works on this database', job?.done ?? 0, job?.total ?? 1)
    await effects.sleep(lookEveryMs)
  }
}

/** Where another process's write lasts, it has the lead, or will let go of the file. */
function takenLead(mirror: Mirror, name: string): boolean {
  try {
    return takeLead(mirror, name)
  } catch (error) {
    if (error instanceof TransientError) return false
    throw error
  }
}

async function lead(mirror: Mirror, name: string, { id, lane }: Wanted, progress: Progress): Promise<JobEnd> {
  const heartbeat = setInterval(() => renew(mirror, name), heartbeatMs)
  const { jobs } = mirror.store
  const stop = new AbortController()
  using _ = onInterrupt(() => {
    jobs.stop(id, byMe(), timeNow(mirror))
    stop.abort()
  })
  try {
    for (let job = jobs.nextPending(lane); job; job = jobs.nextPending(lane)) {
      const end = await runJob(mirror, job, { onProgress: progress })
      if (wholeSweeps.includes(job.kind)) await deriveOwed(mirror, progress, stop.signal)
      if (job.id === id && end) return end
    }
    return (
      endOf(mirror, id) ?? {
        status: 'failed',
        message: 'The process that worked on it ended before it was done.',
        result: {},
      }
    )
  } finally {
    clearInterval(heartbeat)
    giveUpLead(mirror, name)
  }
}

function byMe(): string {
  return `manual:${userInfo().username}`
}

/** Ctrl-C stops our own run, which ends then by itself and says so; whoever cannot wait says it twice. */
function onInterrupt(stop: () => void): Disposable {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, stop)
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, stop)
    },
  }
}

/** What stands in the way of it, a full disk or another's lease, stands in the way of the next write too, which says so. */
function renew(mirror: Mirror, name: string): void {
  try {
    takeLead(mirror, name)
  } catch (error) {
    mirror.log.debug({ err: error }, 'lease not renewed')
  }
}

function endOf({ store }: Mirror, id: number): JobEnd | null {
  const job = store.jobs.byId(id)
  if (!job || job.status === 'pending' || job.status === 'running') return null
  return { status: job.status, message: job.error_message, result: JSON.parse(job.result) }
}

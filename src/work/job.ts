import { endedBy } from '../effects.ts'
import { isFinal, sentence } from '../errors.ts'
import { type Mirror, timeNow } from '../refresh/mirror.ts'
import { type JobRow, laneOfKind } from '../store/jobs.ts'
import type { JobEnd, Kind, Progress } from './job-end.ts'
import { jobKinds } from './job-kinds.ts'
import { watchForStop } from './stop.ts'

export type RunOptions = {
  onProgress?: Progress
  /** Aborts when the process is told to end: the run is interrupted, and asked for again. */
  signal?: AbortSignal
}

/**
 * Runs what is asked for, from `running` to a final status, whatever it throws: no kind can forget a field. The error is kept with
 * its text and thrown on, for the one who asked. A run that somebody stops ends failed within about a second, and what it asked
 * for stays in the queue. Null: another process took it.
 */
export async function runJob(
  mirror: Mirror,
  job: JobRow,
  { onProgress = () => {}, signal }: RunOptions = {},
): Promise<JobEnd | null> {
  const { store, log } = mirror
  let isOurs = false
  // Fenced: who was stopped past its lease and goes on would leave it running for ever.
  store.transaction(() => {
    isOurs = store.jobs.start(job.id, timeNow(mirror))
  })
  if (!isOurs) return null
  using stop = watchForStop(mirror, job.id, signal)
  const progress: Progress = (phase, done, total) => {
    store.jobs.progress(job.id, phase, done, total, timeNow(mirror))
    onProgress(phase, done, total)
    stop.look()
  }
  try {
    const end = await kindOf(job.kind).work(until(mirror, stop.signal), progress, stop.signal)
    store.jobs.finish(job.id, end.status, timeNow(mirror), end.message, end.result)
    log.info({ job: job.id, kind: job.kind, status: end.status }, 'job ended')
    return end
  } catch (error) {
    if (stop.signal.aborted && !isFinal(error)) return stopped(mirror, job)
    store.jobs.finish(job.id, 'failed', timeNow(mirror), sentence(error), {})
    throw error
  }
}

/** Ended before it was done; one of a lane runs at a time, so it is the only one that runs there. */
function stopped(mirror: Mirror, { id, kind }: JobRow): JobEnd {
  const { store, log } = mirror
  store.transaction(() => store.jobs.interruptRunning(timeNow(mirror), laneOfKind(kind)))
  const message = store.jobs.byId(id)?.error_message ?? null
  log.info({ job: id, kind, message }, 'job stopped')
  return { status: 'failed', message, result: {} }
}

/** The mirror, whose every pause and request ends when the signal aborts: no kind can forget to stop either. */
function until(mirror: Mirror, signal: AbortSignal): Mirror {
  return { ...mirror, effects: endedBy(signal, mirror.effects), gitea: mirror.gitea.endedBy(signal) }
}

function kindOf(name: string): Kind {
  const found = Object.entries(jobKinds).find(([kind]) => kind === name)
  if (!found) throw new Error(`There is no kind of job called ${name}.`)
  return found[1]
}

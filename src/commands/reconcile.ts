import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { type Config, giteaToken, readConfig } from '../config.ts'
import { openConfiguredStore, openMirror } from '../daemon.ts'
import { realEffects } from '../effects.ts'
import { ConfigError, sentence } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Mirror } from '../refresh/mirror.ts'
import { utcOf } from '../rules/time.ts'
import { runJob } from '../work/job.ts'
import type { JobEnd, Progress } from '../work/job-end.ts'
import type { JobKind } from '../work/job-kinds.ts'
import { giveUpLead, heartbeatMs, holderName, takeLead } from '../work/lead.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { showProgress } from './progress.ts'
import { jsonOf, textOf } from './summary.ts'

export type ReconcileOptions = CommonOptions & { rebuild: boolean; adopt: boolean; verify: boolean; dryRun: boolean }

type Ended = { id: number; end: JobEnd }

const lookEveryMs = 250

/** `rfcached reconcile --once`, in its four ways: works itself, or asks the process that works on this database and follows it. */
export async function reconcileOnce(options: ReconcileOptions): Promise<ExitCode> {
  const kind = kindOf(options)
  const config = readConfig(options.config)
  const progress = showProgress(options.json)
  try {
    const { id, end } = await ended(config, kind, options.adopt, progress.show)
    progress.stop()
    process.stdout.write(options.json ? `${JSON.stringify(jsonOf(id, end))}\n` : textOf(kind, end))
    if (end.status === 'failed') process.stderr.write(`rfcached: ${end.message}\n`)
    return end.status === 'completed' ? 0 : end.status === 'failed' ? 1 : 3
  } catch (error) {
    if (options.json) process.stdout.write(`${JSON.stringify({ status: 'failed', error: sentence(error) })}\n`)
    throw error
  } finally {
    progress.stop()
  }
}

function kindOf({ rebuild, adopt, verify, dryRun }: ReconcileOptions): JobKind {
  if (adopt && !rebuild)
    throw new ConfigError('--adopt goes with --rebuild.', 'Say `rfcached reconcile --once --rebuild --adopt`.')
  if ([rebuild, verify, dryRun].filter(Boolean).length > 1)
    throw new ConfigError('--rebuild, --verify and --dry-run exclude each other.', 'Say one of them.')
  if (rebuild) return 'rebuild'
  if (verify) return 'verify'
  return dryRun ? 'dry-run' : 'reconcile'
}

async function ended(config: Config, kind: JobKind, adopt: boolean, progress: Progress): Promise<Ended> {
  const token = giteaToken(config, process.env)
  // A dry run of what is not there yet must not leave a file behind.
  const database = kind === 'dry-run' && !existsSync(config.database) ? ':memory:' : config.database
  using store = openConfiguredStore({ ...config, database }, { adopt, create: kind !== 'verify' })
  // What goes wrong is in the summary: a log beside it would say it twice.
  await using mirror = openMirror(config, token, store, {
    log: createLog(process.env.RFCACHED_DEBUG ? 'debug' : 'silent'),
  })
  const request = () => store.jobs.request(kind, `manual:${userInfo().username}`, utcOf(realEffects.now())).id
  return await leadOrFollow(mirror, request, progress)
}

/** Whoever has the lease works; the others look at the job's row, and take over when the one who worked is gone. */
async function leadOrFollow(mirror: Mirror, request: () => number, progress: Progress): Promise<Ended> {
  const { store, effects } = mirror
  const name = holderName(mirror)
  const followed = request()
  for (;;) {
    const end = endOf(mirror, followed)
    if (end) return { id: followed, end }
    if (takeLead(mirror, name)) {
      // The run we followed was that of a process that died, and is interrupted now: ours is another.
      const id = store.jobs.byId(followed)?.status === 'pending' ? followed : request()
      return { id, end: await lead(mirror, name, id, progress) }
    }
    const job = store.jobs.byId(followed)
    progress(job?.phase ?? 'waiting for the process that works on this database', job?.done ?? 0, job?.total ?? 1)
    await effects.sleep(lookEveryMs)
  }
}

async function lead(mirror: Mirror, name: string, id: number, progress: Progress): Promise<JobEnd> {
  const heartbeat = setInterval(() => renew(mirror, name), heartbeatMs)
  try {
    for (let job = mirror.store.jobs.nextPending(); job; job = mirror.store.jobs.nextPending()) {
      const end = await runJob(mirror, job, { onProgress: progress })
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

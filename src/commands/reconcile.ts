import { userInfo } from 'node:os'
import { type Config, giteaToken, readConfig } from '../config.ts'
import { openConfiguredStore, openMirror } from '../daemon.ts'
import { realEffects } from '../effects.ts'
import { ConfigError } from '../errors.ts'
import { type JobEnd, runJob } from '../work/job.ts'
import { type Reconciled, reconcile } from '../work/reconcile.ts'
import type { CommonOptions, ExitCode } from './program.ts'
import { showProgress } from './progress.ts'
import { summary } from './summary.ts'
import { foresee, verify } from './verify.ts'

export type ReconcileOptions = CommonOptions & { rebuild: boolean; adopt: boolean; verify: boolean; dryRun: boolean }

/** `rfcached reconcile --once`, in its four ways. */
export async function reconcileOnce(options: ReconcileOptions): Promise<ExitCode> {
  refuseMixtures(options)
  const config = readConfig(options.config)
  if (options.dryRun) return foresee(config, options)
  if (options.verify) return verify(config, options)
  return work(config, options)
}

function refuseMixtures({ rebuild, adopt, verify: verifies, dryRun }: ReconcileOptions): void {
  if (adopt && !rebuild)
    throw new ConfigError('--adopt goes with --rebuild.', 'Say `rfcached reconcile --once --rebuild --adopt`.')
  if ([rebuild, verifies, dryRun].filter(Boolean).length > 1)
    throw new ConfigError('--rebuild, --verify and --dry-run exclude each other.', 'Say one of them.')
}

async function work(config: Config, options: ReconcileOptions): Promise<ExitCode> {
  const token = giteaToken(config, process.env)
  using store = openConfiguredStore(config, { adopt: options.adopt })
  await using mirror = openMirror(config, token, store)
  store.transaction(() => store.jobs.interruptRunning(new Date(realEffects.now()).toISOString()))
  if (options.rebuild) store.forget()
  const progress = showProgress(options.json)
  try {
    const { jobId, outcome, end } = await runJob(
      store,
      realEffects,
      options.rebuild ? 'rebuild' : 'reconcile',
      manually(),
      async (id) => {
        const done = await reconcile(mirror, (phase, count, total) => {
          store.jobs.progress(id, count, total)
          progress.show(phase, count, total)
        })
        return { outcome: done, end: endOf(done) }
      },
    )
    progress.stop()
    process.stdout.write(
      options.json ? `${JSON.stringify(jsonOf(jobId, end, outcome))}\n` : summary(outcome, end.status),
    )
    return end.status === 'completed' ? 0 : 3
  } finally {
    progress.stop()
  }
}

/** Who a run by hand was triggered by. */
export function manually(): string {
  return `manual:${userInfo().username}`
}

function endOf({ rows, newProblems, newWarnings, requests }: Reconciled): JobEnd {
  const message =
    newProblems + newWarnings === 0 ? null : `${newProblems} new problems in entries, ${newWarnings} new warnings.`
  return { status: message ? 'completed_with_warnings' : 'completed', message, counts: { ...rows, requests } }
}

/** The object of `--json`. */
export function jsonOf(
  jobId: number | null,
  { status }: Pick<JobEnd, 'status'>,
  { requests, bytes, seconds, rows, dates, problems, warnings }: Reconciled,
) {
  return { job_id: jobId, status, requests, bytes, seconds, rows, dates, problems, warnings }
}

import { type Config, readConfig } from '../config.ts'
import { ConfigError } from '../errors.ts'
import { hasCopy } from '../store/open.ts'
import type { Progress } from '../work/job-end.ts'
import type { JobKind } from '../work/job-kinds.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { complain } from './print.ts'
import { type Ended, runToItsEnd, shown } from './run-job.ts'
import { jsonOf, textOf } from './summary.ts'

export type ReconcileOptions = CommonOptions & { rebuild: boolean; adopt: boolean; verify: boolean; dryRun: boolean }

/** `rfcached reconcile --once`, in its four ways: works itself, or asks the process that works on this database and follows it. */
export async function reconcileOnce(options: ReconcileOptions): Promise<ExitCode> {
  const kind = kindOf(options)
  const config = readConfig(options.config)
  let isMended = false
  const tell = (said: string) => {
    isMended = true
    complain(`rfcached: ${said}\n`)
  }
  const run = (progress: Progress) => ended(config, kind, options.adopt, progress, tell)
  const code = await shown(options.json, run, {
    json: ({ id, end }) => jsonOf(id, end),
    text: ({ end }) => textOf(kind, end),
  })
  return code === 0 && isMended ? 3 : code
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

function ended(
  config: Config,
  kind: JobKind,
  adopt: boolean,
  progress: Progress,
  tell: (said: string) => void,
): Promise<Ended> {
  // A dry run of what is not there yet must leave neither a file behind nor our tables in the application's.
  const isOfNothing = kind === 'dry-run' && !hasCopy(config.database)
  const database = isOfNothing ? ':memory:' : config.database
  const create = isOfNothing || kind === 'reconcile' || kind === 'rebuild'
  // What says that it changes nothing mends nothing either.
  const mending = kind === 'reconcile' || kind === 'rebuild' ? { tell } : {}
  return runToItsEnd({ ...config, database }, kind, progress, { adopt, create, ...mending })
}

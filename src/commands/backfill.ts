import Table from 'cli-table3'
import { type Config, giteaToken, readConfig } from '../config.ts'
import { openConfiguredStore, openMirror } from '../daemon.ts'
import { realEffects } from '../effects.ts'
import { ConfigError } from '../errors.ts'
import { createLog } from '../log.ts'
import { backfillViews } from '../status/backfills.ts'
import type { Status } from '../status/shape.ts'
import { openPicture } from '../store/picture.ts'
import { backfillKinds } from '../work/backfills.ts'
import type { Progress } from '../work/job-end.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { print } from './print.ts'
import { type Ended, runToItsEnd, shown } from './run-job.ts'

type View = Status['backfills'][number]
type Kind = keyof typeof backfillKinds

/** `rfcached backfill [name]`: shows how far each is; with a name asks for a run of it, or runs it itself, and waits for its end. */
export async function backfill(name: string | undefined, { config: path, json }: CommonOptions): Promise<ExitCode> {
  const config = readConfig(path)
  if (name === undefined) return list(config, json)
  const kind = kindOf(name)
  const seen = ({ id, end }: Ended) => ({ job_id: id, ...viewOf(config, name), status: end.status, error: end.message })
  return shown(json, (progress) => run(config, kind, progress), {
    json: seen,
    text: ({ end }) => (end.status === 'failed' ? '' : `${table([viewOf(config, name)])}\n`),
  })
}

function list(config: Config, json: boolean): ExitCode {
  const views = viewsOf(config)
  print(json ? `${JSON.stringify({ backfills: views })}\n` : `${table(views)}\n`)
  return 0
}

function kindOf(name: string): Kind {
  const kinds = Object.keys(backfillKinds).map((kind) => kind as Kind)
  const found = kinds.find((kind) => kind === `backfill:${name}`)
  if (found) return found
  const names = kinds.map((kind) => kind.replace('backfill:', ''))
  throw new ConfigError(`There is no backfill ${name}.`, `Say one of ${names.join(', ')}.`)
}

async function run(config: Config, kind: Kind, progress: Progress): Promise<Ended> {
  const token = giteaToken(config, process.env)
  using store = openConfiguredStore(config, { create: false })
  await using mirror = openMirror(config, token, store, {
    log: createLog(process.env.RFCACHED_DEBUG ? 'debug' : 'silent'),
  })
  return await runToItsEnd(mirror, kind, progress)
}

function viewsOf({ database }: Config): View[] {
  using picture = openPicture(database)
  return backfillViews(picture, realEffects.now())
}

function viewOf(config: Config, name: string): View | undefined {
  return viewsOf(config).find((view) => view.name === name)
}

function table(views: (View | undefined)[]): string {
  const made = new Table({
    head: ['backfill', 'status', 'done', 'total', ''],
    style: { head: [], border: [], compact: true },
  })
  for (const view of views) {
    if (!view) continue
    const retry = view.retry ? ` \`${view.retry}\` tries it again.` : ''
    made.push([view.name, view.status, view.done, view.total, `${view.error_message ?? ''}${retry}`])
  }
  return made.toString()
}

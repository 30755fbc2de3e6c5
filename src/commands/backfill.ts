import Table from 'cli-table3'
import { type Config, readConfig } from '../config.ts'
import { realEffects } from '../effects.ts'
import { ConfigError } from '../errors.ts'
import { backfillViews } from '../status/backfills.ts'
import type { Status } from '../status/shape.ts'
import { openPicture } from '../store/picture.ts'
import { backfillKinds } from '../work/backfills.ts'
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
  return shown(json, (progress) => runToItsEnd(config, kind, progress, { create: false }), {
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

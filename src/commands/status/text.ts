import { styleText } from 'node:util'
import type { Status } from '../../status/shape.ts'
import { textWidth, wrapped } from '../text.ts'
import { database, deliveries, drift, entries, gitea, repositories, service } from './parts.ts'
import type { Part } from './words.ts'
import { backfills, jobs, queue, sweep } from './work.ts'

const marks = { ok: '✓', warming: '…', failing: '✗' } as const
const colours = { ok: 'green', warming: 'yellow', failing: 'red' } as const
const indent = ' '.repeat(16)

/** A status for a person: the verdict first, then each part, aligned; `note`: whose word it is when no daemon's. */
export function statusText(status: Status, note: string | null): string {
  const { level, sentence } = status.verdict
  const mark = styleText(colours[level], marks[level], { stream: process.stdout })
  const parts: Record<string, Part> = {
    service: service(status),
    probe: sweep(status.probe, status.at),
    'whole sweep': sweep(status.full, status.at),
    queue: queue(status),
    jobs: jobs(status),
    backfills: backfills(status),
    deliveries: deliveries(status),
    repositories: repositories(status),
    entries: entries(status),
    drift: drift(status),
    Gitea: gitea(status),
    database: database(status),
  }
  return [
    `${mark} ${wrapped(sentence, textWidth(), '  ')}`,
    ...(note ? [`  ${wrapped(note, textWidth(), '  ')}`] : []),
    '',
    ...Object.entries(parts).flatMap(([name, part]) => aligned(name, part)),
    '',
  ].join('\n')
}

function aligned(name: string, [first, ...below]: Part): string[] {
  const line = (text: string) => wrapped(text, textWidth(), indent)
  return [`${name.padEnd(indent.length)}${line(first)}`, ...below.map((text) => `${indent}${line(text)}`)]
}

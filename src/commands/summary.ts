import Table from 'cli-table3'
import { z } from 'zod'
import { counted } from '../rules/counted.ts'
import { plain } from '../rules/plain.ts'
import { size } from '../status/words.ts'
import type { JobEnd } from '../work/job-end.ts'
import type { JobKind } from '../work/job-kinds.ts'

const mostLines = 20

const moved = z.object({ new: z.number(), changed: z.number(), gone: z.number() })
const shape = z.object({
  requests: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  rows: z.record(z.string(), moved),
  dates: z.object({ requests: z.number(), seconds: z.number() }),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  newProblems: z.number(),
  warnings: z.array(z.string()),
  newWarnings: z.number(),
  newWords: z.array(z.string()),
  drift: z
    .array(z.object({ table: z.string(), key: z.string(), column: z.string(), have: z.unknown(), want: z.unknown() }))
    .optional(),
  dry_run: z.boolean().optional(),
})
type Result = z.infer<typeof shape>

/** The object of `--json`; of a run that failed, its error. */
export function jsonOf(id: number, { status, message, result }: JobEnd): object {
  const read = shape.safeParse(result)
  if (!read.success) return { job_id: id, status, error: message }
  const { newProblems, newWarnings, newWords, ...rest } = read.data
  return { job_id: id, status, ...rest }
}

/** What a run did, for a person. */
export function textOf(kind: JobKind, { status, message, result }: JobEnd): string {
  const read = shape.safeParse(result)
  if (!read.success) return ''
  const done = read.data
  if (kind === 'verify') return verifyText(done, message)
  return [
    ...(kind === 'dry-run' ? ['This is what a reconcile would change:'] : []),
    rowsTable(done),
    costs(done),
    ...listed(
      `${counted(done.problems.length, 'problem')} in entries (${done.newProblems} new)`,
      newFirst(
        done.problems.map(({ path, message: problem }) => `${path}: ${problem}`),
        done,
      ),
    ),
    ...listed(`${counted(done.warnings.length, 'warning')} (${done.newWarnings} new)`, newFirst(done.warnings, done)),
    ...(kind === 'dry-run' ? [] : [status === 'completed' ? 'The copy equals Gitea.' : `Done, with ${news(done)}.`]),
    '',
  ].join('\n')
}

/** What a person has not heard yet must not be among the lines that are only counted. */
function newFirst(lines: string[], { newWords }: Result): string[] {
  const isNew = new Set(newWords)
  return [...lines.filter((line) => isNew.has(line)), ...lines.filter((line) => !isNew.has(line))]
}

/** The words themselves stand above, each once. */
function news({ newProblems, newWarnings }: Result): string {
  return `${counted(newProblems, 'new problem')} in entries and ${counted(newWarnings, 'new warning')}`
}

function rowsTable({ rows }: Result): string {
  const table = new Table({ head: ['', 'new', 'changed', 'gone'], style: { head: [], border: [], compact: true } })
  for (const [name, row] of Object.entries(rows)) table.push([name, row.new, row.changed, row.gone])
  return table.toString()
}

function costs({ requests, bytes, seconds, dates }: Result): string {
  return `${requests} requests, ${size(bytes)}, ${seconds} s until the rows were complete; ${dates.requests} more and ${dates.seconds} s for the entries' dates.`
}

function verifyText({ drift = [], requests, dates }: Result, message: string | null): string {
  const lines = drift.map(
    ({ table, key, column, have, want }) =>
      `  ${table} ${plain(key)} ${column}: ${short(have)}, but Gitea says ${short(want)}`,
  )
  const verdict =
    drift.length > 0
      ? `${counted(drift.length, 'column')} differ from Gitea; \`rfcached reconcile --once --rebuild\` mends them:`
      : (message ?? 'The copy equals Gitea.')
  return [verdict, ...lines, `${requests + dates.requests} requests.`, ''].join('\n')
}

function listed(title: string, lines: string[]): string[] {
  if (lines.length === 0) return []
  const shown = lines.slice(0, mostLines).map((line) => `  ${plain(line)}`)
  return [
    `${title}:`,
    ...shown,
    ...(lines.length > mostLines ? [`  … and ${lines.length - mostLines} more (--json has all)`] : []),
  ]
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

import Table from 'cli-table3'
import type { JobStatus } from '../store/jobs.ts'
import type { Reconciled } from '../work/reconcile.ts'

const mostLines = 20

/** What a sweep did, for a person. */
export function summary(
  { rows, requests, bytes, seconds, dates, problems, newProblems, warnings }: Reconciled,
  status: JobStatus,
): string {
  const table = new Table({ head: ['', 'new', 'changed', 'gone'], style: { head: [], border: [] } })
  for (const [name, moved] of Object.entries(rows)) table.push([name, moved.new, moved.changed, moved.gone])
  return [
    table.toString(),
    `${requests} requests, ${size(bytes)}, ${seconds} s until the rows were complete; ${dates.requests} more and ${dates.seconds} s for the entries' dates.`,
    ...listed(
      `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in entries (${newProblems} new)`,
      problems.map(({ path, message }) => `${path}: ${message}`),
    ),
    ...listed(`${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`, warnings),
    status === 'completed' ? 'The copy equals Gitea.' : 'Done, with the warnings above.',
    '',
  ].join('\n')
}

function listed(title: string, lines: string[]): string[] {
  if (lines.length === 0) return []
  const shown = lines.slice(0, mostLines).map((line) => `  ${line}`)
  return [
    `${title}:`,
    ...shown,
    ...(lines.length > mostLines ? [`  … and ${lines.length - mostLines} more (--json has all)`] : []),
  ]
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

import type { Application, BranchLine, PullLine, RfcLine } from '../../demo/example-application.ts'

/** What the application reads at one moment: each row by its name, in one phrase. */
export type Seen = Map<string, string>

/** Reads the three tables as the application does. */
export function look(application: Application): Seen {
  return new Map([
    ...application.rfcs().map(rfc),
    ...application.branches().map(branch),
    ...application.pulls().map(pull),
  ])
}

/** What differs between two looks, in the order of the later one. */
export function moved(before: Seen, after: Seen): { row: string; was: string; is: string }[] {
  return [...after]
    .filter(([row, is]) => before.get(row) !== is)
    .map(([row, is]) => ({ row, was: before.get(row) ?? '', is }))
}

function rfc({ slug, state, rfc, problem }: RfcLine): [string, string] {
  return [slug, [state, rfc, problem ? 'with a problem' : ''].filter(Boolean).join(', ')]
}

function branch({ repo, branch, state }: BranchLine): [string, string] {
  return [`${repo}: ${branch}`, state]
}

function pull({ pull, state, opened_by }: PullLine): [string, string] {
  return [pull, `${state}, by ${opened_by}`]
}

import type { Copy, Row } from '../../support/copy.ts'
import type { Expected } from '../oracle.ts'

/** How many live rows were compared, and each column that is not as it must be, in a line of its own. */
export type Comparison = { rows: number; differences: string[] }

/** Holds a copy to what is expected: every live row in every column but updated_at; what is not expected must be gone. */
export function compare(copy: Copy, { rfcs, branches, pulls, off }: Expected): Comparison {
  const isOff = ({ repo }: Row) => off.has(String(repo))
  const tables = [
    {
      name: 'cached_rfcs',
      want: rfcs,
      have: copy.all('SELECT * FROM cached_rfcs'),
      gone: (row: Row) => row.removed_at !== null,
      key: (row: Row) => String(row.slug),
    },
    {
      name: 'cached_branches',
      want: branches,
      have: copy.all('SELECT * FROM cached_branches'),
      gone: (row: Row) => row.state === 'deleted',
      key: (row: Row) => `${row.rfc_slug} ${row.repo} ${row.branch_name}`,
    },
    {
      name: 'cached_prs',
      want: new Map([...pulls].filter(([, row]) => !isOff(row))),
      have: copy.all('SELECT * FROM cached_prs').filter((row) => !isOff(row)),
      gone: (row: Row) => row.state === 'deleted',
      key: (row: Row) => `${row.repo}#${row.pr_number}`,
    },
  ]
  return {
    rows: tables.reduce((sum, { want }) => sum + want.size, 0),
    differences: tables.flatMap(({ name, want, have, gone, key }) => {
      const live = new Map(have.filter((row) => !gone(row)).map((row) => [key(row), row]))
      const keys = new Set([...want.keys(), ...live.keys()])
      return [...keys].flatMap((id) => compareRows(`${name} ${id}`, live.get(id), want.get(id)))
    }),
  }
}

function compareRows(name: string, have: Row | undefined, want: Row | undefined): string[] {
  if (!want) return [`${name}: is live, and nothing in Gitea calls for it`]
  if (!have) return [`${name}: is missing or gone`]
  return Object.entries(want)
    .filter(([column, value]) => spelled(column, have[column]) !== value)
    .map(
      ([column, value]) =>
        `${name} ${column}: ${JSON.stringify(have[column])}, and Gitea says ${JSON.stringify(value)}`,
    )
}

/** A problem's words are the author's to read; here it counts that there is one. */
function spelled(column: string, value: string | number | null | undefined) {
  return column === 'problem' && value !== null ? 'some' : (value ?? null)
}

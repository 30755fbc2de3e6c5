import Sqlite from 'better-sqlite3'

/** A column of a row that is another than it should be; a row that is missing differs in `(row)`. */
export type Drift = { table: string; key: string; column: string; have: unknown; want: unknown }

const keys = {
  cached_rfcs: ['slug'],
  cached_branches: ['rfc_slug', 'repo', 'branch_name'],
  cached_prs: ['repo', 'pr_number'],
}
/** updated_at and removed_at say when we saw something, which differs by nature. */
const ours = new Set(['updated_at'])

type Row = Record<string, unknown>

/** Where the cached_* rows of one file differ from those of another, which is taken to be right. */
export function compareFiles(file: string, rightFile: string): Drift[] {
  using have = open(file)
  using want = open(rightFile)
  return Object.entries(keys).flatMap(([table, key]) => {
    const right = rowsOf(want.db, table, key)
    const left = rowsOf(have.db, table, key)
    return [...new Set([...left.keys(), ...right.keys()])].flatMap((id) =>
      compareRows(table, id, left.get(id), right.get(id)),
    )
  })
}

function open(file: string) {
  const db = new Sqlite(file, { readonly: true })
  return { db, [Symbol.dispose]: () => db.close() }
}

function rowsOf(db: Sqlite.Database, table: string, key: string[]): Map<string, Row> {
  const rows = db.prepare<[], Row>(`SELECT * FROM ${table}`).all()
  return new Map(rows.map((row) => [key.map((name) => row[name]).join(' '), row]))
}

function compareRows(table: string, key: string, have: Row | undefined, want: Row | undefined): Drift[] {
  if (!have || !want)
    return [{ table, key, column: '(row)', have: have ? 'there' : 'missing', want: want ? 'there' : 'missing' }]
  const differs = (column: string) =>
    column === 'removed_at' ? (have[column] === null) !== (want[column] === null) : have[column] !== want[column]
  return Object.keys(want)
    .filter((column) => !ours.has(column) && differs(column))
    .map((column) => ({ table, key, column, have: have[column], want: want[column] }))
}

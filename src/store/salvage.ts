import { chmodSync, chownSync, statSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { BrokenFile, orFilledAnew } from '../errors.ts'
import { type Closed, keepClosed, keptClosed } from './adopt.ts'
import { type Item, inventory } from './inventory.ts'
import { openDatabase } from './open.ts'
import { oursNamed } from './ours.ts'
import { eachReadable, quoted } from './rescue.ts'

/** What was brought over from a broken file; `isWhole`: all of it. */
export type Salvaged = { actions: number; closed: number; isWhole: boolean }

/**
 * Makes a file at `path` with what only the broken one has: the application's `actions`, row by row, with whatever else it made on
 * our tables, and the branches it closed. The change feed goes on above the old one. The broken file is only read.
 * @throws BrokenFile when it has tables of the application's besides `actions`, or does not tell what it has: it stays in use.
 */
export function salvage(file: string, fault: string, path: string, now: number): Salvaged {
  const old = openBroken(file)
  try {
    const theirs = theirsIn(old, file, fault)
    const db = openDatabase(path, { now: () => Math.max(now, latestChange(old) + 1) })
    try {
      db.pragma('foreign_keys = OFF') // what a row refers to may come with the next sweep only
      const salvaged = db.transaction(() => bringOver(old, db, theirs))()
      db.pragma('journal_mode = DELETE') // all of it in the one file
      return salvaged
    } finally {
      db.close()
      inheritOwner(file, path)
    }
  } finally {
    old.close()
  }
}

/** Also one that is cut short, or whose schema has errors; it is not written, its log neither. */
function openBroken(file: string): Database {
  const db = new Sqlite(file, { readonly: true })
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  return db
}

/** What the application made there; all of it can be made anew but tables. */
function theirsIn(old: Database, file: string, fault: string): Item[] {
  const theirs = inventory(old, file)?.filter(
    ({ name }) => !oursNamed(name) && !/^(sqlite_|rfcached_actions_)/i.test(name),
  )
  const tables = theirs?.flatMap((item) => (item.type === 'table' && !isActions(item) ? item.name : []))
  if (theirs && tables?.length === 0) return theirs
  throw new BrokenFile(
    tables
      ? `The database ${file} is broken (${fault}), and the application's own tables are in it: ${tables.join(', ')}. rfcached does not replace it.`
      : `The database ${file} is broken (${fault}), and does not even tell what is in it. rfcached does not replace it.`,
    `and bring back the file's last backup, or what \`sqlite3 … .recover\` makes of it${tables ? '' : orFilledAnew}`,
  )
}

/** The application's `actions`, as they can be read row by row. */
function isActions({ name, sql }: Item): boolean {
  return name.toLowerCase() === 'actions' && !/\bWITHOUT\s+ROWID\b/i.test(sql ?? '')
}

function bringOver(old: Database, db: Database, theirs: Item[]): Salvaged {
  const create = (...types: Item['type'][]) => {
    for (const { type, sql } of theirs) if (types.includes(type) && sql) db.exec(sql)
  }
  create('table', 'index', 'view')
  const table = theirs.find(({ type }) => type === 'table')?.name
  const actions = table ? copied(old, db, table) : { rows: 0, isWhole: true }
  const closed = closedIn(old)
  keepClosed(db, closed.keys)
  for (const name of ['jobs', ...(table ? [table] : [])]) continueNumbers(old, db, name)
  create('trigger')
  return { actions: actions.rows, closed: closed.keys.length, isWhole: actions.isWhole && closed.isWhole }
}

function copied(old: Database, db: Database, table: string) {
  const names = columnsOf(old, table)
  const places = names.map(() => '?').join(', ')
  const insert = db.prepare(`INSERT INTO ${quoted(table)} (${names.map(quoted).join(', ')}) VALUES (${places})`)
  let rows = 0
  let refused = 0
  const isRead = eachReadable(old, table, names, (values) => {
    try {
      rows += insert.run(...values).changes
    } catch (error) {
      // A row that its own table refuses is none that was written there.
      if (!(error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT'))) throw error
      refused++
    }
  })
  return { rows, isWhole: isRead && refused === 0 }
}

/** What is closed in the old file, and what another file that broke before it had closed. */
function closedIn(old: Database): { keys: Closed[]; isWhole: boolean } {
  const keys = readable(() => keptClosed(old)) ?? []
  if (columnsOf(old, 'cached_branches').length === 0) return { keys, isWhole: false }
  const columns = ['state', 'rfc_slug', 'repo', 'branch_name']
  const isWhole = eachReadable(old, 'cached_branches', columns, ([state, ...key]) => {
    const [slug, repo, branch] = key.map(String)
    if (state === 'closed' && slug && repo && branch) keys.push([slug, repo, branch])
  })
  return { keys, isWhole }
}

function columnsOf(db: Database, table: string): string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
}

/** No number of a row that is lost is given to another. */
function continueNumbers(old: Database, db: Database, table: string): void {
  const last = readable(() => numbersOf(old).get(table))
  if (last === undefined || (numbersOf(db).get(table) ?? -1) >= last) return
  db.prepare('DELETE FROM sqlite_sequence WHERE name = ?').run(table)
  db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, last)
}

function numbersOf(db: Database) {
  return db.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck()
}

/** The highest number of the feed that can be known. */
function latestChange(old: Database): number {
  const told = [
    readable(() => numbersOf(old).get('changes')),
    readable(() => old.prepare<[], number | null>('SELECT max(seq) FROM changes').pluck().get()),
  ]
  return Math.max(0, ...told.map((seq) => seq ?? 0))
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Who could open the old file can open the new one; only root can give it to another. */
function inheritOwner(file: string, path: string): void {
  const { mode, uid, gid } = statSync(file)
  chmodSync(path, mode)
  readable(() => chownSync(path, uid, gid))
}

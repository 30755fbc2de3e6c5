import { closeSync, openSync, readSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { BrokenFile, sentence } from '../errors.ts'
import { sizeOf } from './beside.ts'
import { isMissing } from './fault.ts'
import { madeAlways } from './open.ts'
import { whileOpen } from './while-open.ts'

const types = ['table', 'index', 'trigger', 'view'] as const

/** What a file's schema says that is in it. */
export type Item = { type: (typeof types)[number]; name: string; table: string; sql: string | null }

/** Where the pages of every kind of b-tree begin with their kind; one that goes on a long row does not. */
const treePages = [2, 5, 10, 13]

/**
 * What is in a broken file. Null: it does not tell, or not all of it. So it is where the schema cannot be read to its end, lacks
 * something of ours, and where pages are in no table that it tells of: they may be those of a table that it does not tell any more.
 * @throws BrokenFile where the application's part of it needs what only the application's connections have.
 */
export function inventory(old: Database, file: string): Item[] | null {
  // In the place of the real module, which refuses everything where one of its own tables is broken.
  old.table('fts5', { columns: ['text'], rows: function* () {} })
  try {
    const items = old.prepare<[], Item>('SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema').all()
    const isKnown = items.every(({ type }) => types.includes(type))
    if (!isKnown || !hasOurs(items)) return null
    makeActions(items)
    return hasLostPages(old, file) ? null : items
  } catch (error) {
    if (isMissing(error)) throw inNeed(file, error)
    return null
  }
}

/** Whether everything is there that rfcached made in every version, and `actions` where it watches it. */
function hasOurs(items: Item[]): boolean {
  const names = new Set(items.map(({ name }) => name.toLowerCase()))
  const isWatched = items.some(({ name }) => name.startsWith('rfcached_actions_'))
  return madeAlways().every((name) => names.has(name)) && (!isWatched || names.has('actions'))
}

/** Tries whether `actions` and its indexes can be made in another file. */
function makeActions(items: Item[]): void {
  whileOpen(':memory:', (db) => {
    for (const { type, table, sql } of items)
      if (type !== 'trigger' && table.toLowerCase() === 'actions' && sql) db.exec(sql)
  })
}

function inNeed(file: string, error: unknown): BrokenFile {
  return new BrokenFile(
    `The database ${file} is broken, and what the application has in it cannot be read without what only the application has: ${sentence(error)}. rfcached does not replace it.`,
    "and bring back the file's last backup",
  )
}

/** Whether the schema's own pages are not whole, or tables are in the file that nothing leads to. */
function hasLostPages(old: Database, file: string): boolean {
  // All that is wrong with its trees comes first and at once; what is wrong with rows may throw after it.
  const said = old.prepare<[], string>('PRAGMA quick_check(1000000000)').pluck().get() ?? ''
  const schema = old.prepare<[], string>("PRAGMA quick_check('sqlite_schema')").pluck().all().join()
  const unused = [...said.matchAll(/^Page (\d+): never used/gm)].map(([, page]) => Number(page))
  return schema !== 'ok' || unused.some((page) => mayBeOfTable(old, file, page))
}

/** As the file has it; where a log is beside it, that may have another. */
function mayBeOfTable(old: Database, file: string, page: number): boolean {
  if (sizeOf(`${file}-wal`) > 0) return true
  const handle = openSync(file, 'r')
  try {
    const first = Buffer.alloc(1)
    readSync(handle, first, 0, 1, (page - 1) * Number(old.pragma('page_size', { simple: true })))
    return treePages.includes(first.readUInt8(0))
  } finally {
    closeSync(handle)
  }
}

import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { made, madeBefore, versionOf } from './open.ts'

const types = ['table', 'index', 'trigger', 'view'] as const

/** What a file's schema says that is in it. */
export type Item = { type: (typeof types)[number]; name: string; table: string; sql: string | null }

/** Where the pages of every kind of b-tree begin with their kind; one that goes on a long row does not. */
const treePages = [2, 5, 10, 13]

/**
 * What is in a broken file. Null: it does not tell, or not all of it. So it is where the schema cannot be read to its end, lacks
 * something of ours, and where pages are in no table that it tells of: they may be those of a table that it does not tell any more.
 */
export function inventory(old: Database, file: string): Item[] | null {
  try {
    const items = old.prepare<[], Item>('SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema').all()
    const isKnown = items.every(({ type }) => types.includes(type))
    return isKnown && hasOurs(old, items) && !hasLostPages(old, file) ? items : null
  } catch {
    return null
  }
}

/** Whether everything is there that rfcached made, and `actions` where it watches it. */
function hasOurs(old: Database, items: Item[]): boolean {
  const names = new Set(items.map(({ name }) => name.toLowerCase()))
  const version = versionOf(old)
  const ours = version === null ? made : madeBefore(version)
  const isWatched = items.some(({ name }) => name.startsWith('rfcached_actions_'))
  return ours.every((name) => names.has(name)) && (!isWatched || names.has('actions'))
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
  const log = `${file}-wal`
  if (existsSync(log) && statSync(log).size > 0) return true
  const handle = openSync(file, 'r')
  try {
    const first = Buffer.alloc(1)
    readSync(handle, first, 0, 1, (page - 1) * Number(old.pragma('page_size', { simple: true })))
    return treePages.includes(first.readUInt8(0))
  } finally {
    closeSync(handle)
  }
}

import { existsSync, statSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { isMalformed, sentence } from '../errors.ts'
import { oursNamed } from './ours.ts'
import { quoted } from './rescue.ts'
import { whileOpen } from './while-open.ts'

/** All of a file of this size is looked at in about a tenth of a second. */
const smallBytes = 8 * 1024 * 1024

/** What is wrong with the structure of a file; null: nothing is. */
export function faultIn(file: string): string | null {
  if (!existsSync(file)) return null
  try {
    return whileOpen(file, (db) => faultOf(db, 'integrity_check'), { readonly: true })
  } catch (error) {
    if (isMalformed(error)) return sentence(error)
    throw error
  }
}

/** Looks at all of a small file, whose structure must be whole. @throws SqliteError as SQLite itself does where it comes upon what is broken */
export function refuseBroken(db: Database, file: string): void {
  if (file === ':memory:' || statSync(file).size > smallBytes) return
  db.pragma('ignore_check_constraints = ON') // what a row may say is none of the structure, and a migration may mend it
  const fault = faultOf(db, 'integrity_check')
  db.pragma('ignore_check_constraints = OFF')
  if (fault !== null) throw new Sqlite.SqliteError(fault, 'SQLITE_CORRUPT')
}

/**
 * The same of an open one, as this check finds it. Where the application's tables need what only its own connections have, each table
 * is checked by itself, but for those.
 */
export function faultOf(db: Database, check: 'integrity_check' | 'quick_check'): string | null {
  const ofAll = firstFault(db, check, ['1', '1000000000'])
  if (ofAll !== undefined) return ofAll
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  for (const table of ['sqlite_schema', ...tables]) {
    const fault = firstFault(db, check, [quoted(table)])
    if (fault) return fault
  }
  return null
}

/** Whether a collation, a function or a module is not there, which the application gave its own connections. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && /^(no such (collation sequence|function|module)|unknown function):/.test(error.message)
  )
}

/** The first thing wrong with the structure, asked in each of these ways while what is said is of rows only; undefined: SQLite cannot check. */
function firstFault(db: Database, check: string, ways: string[]): string | null | undefined {
  try {
    for (const way of ways)
      for (const said of db.prepare<[], string>(`PRAGMA ${check}(${way})`).pluck().iterate())
        if (!isOfTheirRows(said)) return said === 'ok' ? null : said.replace(/\s+/g, ' ')
    return null
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether the application's rows hold what its schema forbids by now: so it is where a constraint came later than the rows. */
function isOfTheirRows(said: string): boolean {
  const [, table] = /^(?:NULL value in (.+)\.|CHECK constraint failed in (.+)$)/.exec(said)?.filter(Boolean) ?? []
  return table !== undefined && !oursNamed(table)
}

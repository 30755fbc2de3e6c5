import { closeSync, existsSync, openSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { ConfigError } from '../errors.ts'
import { adoptTables, refuseForeignKeys } from './adopt.ts'
import { refuseUnfit } from './beside.ts'
import { refuseBroken } from './fault.ts'
import { busyMs, logAhead } from './log-ahead.ts'
import { migrate, newSince, refuseNewer, schemaVersion, versionSaid } from './migrations.ts'
import { made, oursNamed, schema } from './ours.ts'
import { openRefused } from './refused.ts'
import { refuseMisshapen } from './shape.ts'

export type OpenOptions = {
  /** Make the file where there is none and our tables where they are not, and bring those of an older version up to date. */
  create?: boolean
  /** Set aside cached_* tables that are not ours, and take their place. */
  adopt?: boolean
  /** Milliseconds since 1970: where the change feed of a new file starts. */
  now: () => number
}

/**
 * Opens the file for writing: WAL, so that readers never wait; its schema brought up to date by instant steps. The file may be
 * the application's own: its other tables are left alone.
 * @throws ConfigError for a newer schema, for tables of our names that are not ours, for a file that may not be written.
 * @throws TransientError where the disk is full or fails.
 */
export function openDatabase(file: string, { create = true, adopt = false, now }: OpenOptions): Database {
  if (!create && !existsSync(file)) throw noneYet(`There is no database ${file} yet.`)
  const db = connect(file)
  try {
    // One look at one moment: another process may be making them just now.
    const look = db.transaction(() => {
      const version = versionOf(db)
      return { version, aside: version === null ? tablesInTheWay(db, file, adopt) : [] }
    })
    const { version, aside } = look()
    refuseUnready(version, file, create)
    usable(file, () => refuseBroken(db, file)) // before the first write: a file that is refused stays as it was
    if (version !== null) keepUp(db, version, file)
    usable(file, () => logAhead(db))
    if (version !== null) return db
    if (aside.length > 0) adoptTables(db, aside, () => makeTables(db, now()))
    else db.transaction(() => versionOf(db) ?? makeTables(db, now())).immediate() // another may have made them just now
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function refuseUnready(version: number | null, file: string, create: boolean): void {
  if (version !== null) refuseNewer(version, file)
  if (create || version === schemaVersion) return
  if (version === null) throw noneYet(`There is no copy in the database ${file} yet.`)
  throw noneYet(`The copy in ${file} is an older rfcached's (schema ${version}, this one has ${schemaVersion}).`)
}

function noneYet(message: string): ConfigError {
  return new ConfigError(message, 'Run `rfcached reconcile --once` first.')
}

/** Whether rfcached was ever in a file. Changes nothing. @throws ConfigError where it cannot go */
export function hasCopy(file: string): boolean {
  if (!existsSync(file)) return false
  const db = connect(file)
  try {
    const version = versionOf(db)
    if (version === null) tablesInTheWay(db, file, false)
    return version !== null
  } finally {
    db.close()
  }
}

function keepUp(db: Database, version: number, file: string): void {
  if (version === schemaVersion) refuseMisshapen(db, file)
  else usable(file, () => migrate(db, file))
}

function connect(file: string): Database {
  refuseUnfit(file)
  return usable(file, () => {
    // SQLite alone makes a file that the group cannot write, whatever the umask; -wal and -shm follow this one's mode.
    if (file !== ':memory:' && !existsSync(file)) closeSync(openSync(file, 'a', 0o666))
    const db = new Sqlite(file, { timeout: busyMs })
    db.pragma('schema_version')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    return db
  })
}

function usable<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : openRefused(file, cause)
  }
}

/** The version of our tables in a file; null: rfcached has never been here. */
export function versionOf(db: Database): number | null {
  const hasFiles = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'entry_files'`).get()
  const settings = db.prepare<[], string>(`SELECT name FROM pragma_table_info('settings')`).pluck().all()
  if (!hasFiles || settings.join() !== 'name,value') return null
  return versionSaid(db)
}

/**
 * The cached_* tables of a file where we have never been, to be set aside.
 * @throws ConfigError when they may not be, and for other things of our names.
 */
export function tablesInTheWay(db: Database, file: string, adopt: boolean): string[] {
  const taken = namesTaken(db)
  const cached = taken.flatMap(({ type, name }) => (type === 'table' && name.startsWith('cached_') ? name : []))
  const others = taken.flatMap(({ name }) => (cached.includes(name) ? [] : name))
  if (others.length > 0)
    throw new ConfigError(
      `${file} already has other things under rfcached's names: ${others.join(', ')}.`,
      'Rename them, or give rfcached another file.',
    )
  if (cached.length > 0 && !adopt)
    throw new ConfigError(
      `${file} already has tables that are not rfcached's: ${cached.join(', ')}.`,
      'Say `rfcached reconcile --once --rebuild --adopt` to keep them as before_rfcached_* and to have rfcached fill its own in their place.',
    )
  refuseForeignKeys(db, cached)
  return cached
}

function makeTables(db: Database, now: number): void {
  db.exec(schema)
  db.prepare(`INSERT INTO settings (name, value) VALUES ('schema', ?)`).run(String(schemaVersion))
  db.prepare(`INSERT INTO settings (name, value) VALUES ('changes_began', ?)`).run(String(now))
  db.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('changes', ?)`).run(now)
}

/** Those names of what schema.sql makes that a file of each version has. */
export function madeAlways(): string[] {
  const later = newSince(1)
  return made.filter((name) => !later.has(name))
}

/** What has a name of ours in a file where we have never been. */
function namesTaken(db: Database): { type: string; name: string }[] {
  const present = db
    .prepare<[], { type: string; name: string }>('SELECT type, lower(name) AS name FROM sqlite_schema')
    .all()
  return present.filter(({ name }) => oursNamed(name))
}

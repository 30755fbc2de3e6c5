import { existsSync, readFileSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { ConfigError, sentence } from '../errors.ts'
import { adoptTables } from './adopt.ts'
import { migrate, schemaVersion } from './migrations.ts'

const schema = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
const busyMs = 10_000

export type OpenOptions = {
  /** Make the file when it is absent. */
  create?: boolean
  /** Set aside cached_* tables that are not ours, and take their place. */
  adopt?: boolean
  /** Milliseconds since 1970: where the change feed of a new file starts. */
  now: () => number
}

/**
 * Opens the file for writing: WAL, so that readers never wait; its schema brought up to date by instant steps. The file may be
 * the application's own: its other tables are left alone.
 * @throws ConfigError for a newer schema, for tables of our names that are not ours, for a file that cannot be written.
 */
export function openDatabase(file: string, { create = true, adopt = false, now }: OpenOptions): Database {
  if (!create && !existsSync(file))
    throw new ConfigError(`There is no database ${file} yet.`, 'Run `rfcached reconcile --once` first.')
  const db = connect(file)
  try {
    const version = versionOf(db)
    if (version === null) install(db, file, adopt, now())
    else migrate(db, version, file)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function connect(file: string): Database {
  try {
    const db = new Sqlite(file, { timeout: busyMs })
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    return db
  } catch (cause) {
    throw new ConfigError(
      `The database ${file} cannot be opened for writing: ${sentence(cause)}.`,
      'Its folder must exist and belong to the user that runs rfcached.',
      { cause },
    )
  }
}

/** The version of our tables in a file; null: rfcached has never been here. */
export function versionOf(db: Database): number | null {
  const ours = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'entry_files'`).get()
  if (!ours) return null
  return (
    db.prepare<[], number>(`SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'schema'`).pluck().get() ?? null
  )
}

function install(db: Database, file: string, adopt: boolean, now: number): void {
  const cached = tablesInTheWay(db, file, adopt)
  if (cached.length > 0) adoptTables(db, cached, () => create(db, now))
  else db.transaction(() => create(db, now)).immediate()
}

/**
 * The cached_* tables of a file where we have never been, to be set aside.
 * @throws ConfigError when they may not be, and for other tables of our names.
 */
export function tablesInTheWay(db: Database, file: string, adopt: boolean): string[] {
  const taken = foreignTables(db)
  const cached = taken.filter((name) => name.startsWith('cached_'))
  const others = taken.filter((name) => !name.startsWith('cached_'))
  if (others.length > 0)
    throw new ConfigError(
      `${file} already has tables that are not rfcached's: ${others.join(', ')}.`,
      'Rename them, or give rfcached another file.',
    )
  if (cached.length > 0 && !adopt)
    throw new ConfigError(
      `${file} already has tables that are not rfcached's: ${cached.join(', ')}.`,
      'Say `rfcached reconcile --once --rebuild --adopt` to keep them as before_rfcached_* and to have rfcached fill its own in their place.',
    )
  return cached
}

function create(db: Database, now: number): void {
  db.exec(schema)
  db.prepare(`INSERT INTO settings (name, value) VALUES ('schema', ?)`).run(String(schemaVersion))
  db.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('changes', ?)`).run(now)
}

/** Tables and views of our names in a file where we have never been. */
function foreignTables(db: Database): string[] {
  const ours = [...schema.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name)
  const present = db
    .prepare<[], string>(`SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view')`)
    .pluck()
    .all()
  return present.filter((name) => ours.includes(name))
}

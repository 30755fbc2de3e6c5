import Sqlite, { type Database } from 'better-sqlite3'
import { ConfigError } from '../errors.ts'
import { jobsBackfillsActivitySearch } from './migration-2.ts'
import { namesMade } from './ours.ts'
import { misshapen, refuseMisshapen } from './shape.ts'

/** Instant steps only: what touches many rows is a backfill, and what can be read again from Gitea is. */
export type Migration = { to: number; sql: string }

/** Each with the text that schema.sql had after it, so that an old file ends as a new one begins. */
const migrations: Migration[] = [
  { to: 2, sql: jobsBackfillsActivitySearch },
  { to: 3, sql: 'ALTER TABLE repos RENAME COLUMN open_pulls TO count_off; UPDATE repos SET count_off = 0' },
]

/** The version schema.sql has; the last migration leads to it. */
export const schemaVersion = 3

/**
 * Brings a file of an older version up to date, all of it or nothing.
 * @throws ConfigError for a newer one, BrokenFile for one that is not as its version has it: both stay as they are.
 */
export function migrate(db: Database, file: string, steps: Migration[] = migrations): void {
  const newest = Math.max(schemaVersion, ...steps.map((step) => step.to))
  const bringUp = () => {
    const version = versionSaid(db) ?? 0 // with the lock: another process may have done it just now
    refuseNewer(version, file, newest)
    for (const step of steps) if (step.to > version) take(db, file, version, step)
    refuseMisshapen(db, file)
  }
  db.transaction(bringUp).immediate()
}

function take(db: Database, file: string, version: number, { to, sql }: Migration): void {
  try {
    db.exec(sql)
  } catch (cause) {
    if (!(cause instanceof Sqlite.SqliteError) || !/^SQLITE_(ERROR|CONSTRAINT)/.test(cause.code)) throw cause
    throw misshapen(`The database ${file} cannot be brought from schema ${version} to ${to}: ${cause.message}.`, cause)
  }
  db.prepare(`UPDATE settings SET value = ? WHERE name = 'schema'`).run(String(to))
}

/** The version a file of ours says it has; 0 where that is no number, null where it says none. */
export function versionSaid(db: Database): number | null {
  return (
    db.prepare<[], number>(`SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'schema'`).pluck().get() ?? null
  )
}

/** What a file of that version does not have yet: made by a later step, and not in the place of something. */
export function newSince(version: number): Set<string> {
  const sql = migrations.flatMap((step) => (step.to > version ? step.sql : [])).join('\n')
  const former = new Set([...sql.matchAll(/^(?:DROP \w+|ALTER TABLE) (\w+)/gm)].map(([, name]) => name))
  return new Set(namesMade(sql).filter((name) => !former.has(name)))
}

/** @throws ConfigError for a version this rfcached does not know. */
export function refuseNewer(version: number, file: string, newest = schemaVersion): void {
  if (version > newest)
    throw new ConfigError(
      `${file} was written by a newer rfcached (schema ${version}, this one knows ${newest}).`,
      'Run the newer rfcached, or give this one another file.',
    )
}

import { readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { type Migration, migrate, schemaVersion } from '../../src/store/migrations.ts'
import { application, madePath, opened } from './made.ts'

/** The schema a version had: schemas/N.sql keeps schema.sql as it was before the step to N + 1 was written. */
function schemaSql(version: number): string {
  const path = version === schemaVersion ? '../../schema.sql' : `schemas/${version}.sql`
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

function made(): Database {
  const file = madePath()
  opened(file)[Symbol.dispose]()
  return application(file)
}

const versionOf = (db: Database) => db.prepare(`SELECT value FROM settings WHERE name = 'schema'`).pluck().get()
const schemaOf = (db: Database) =>
  db.prepare(`SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`).all()

const next = schemaVersion + 1
const steps: Migration[] = [
  { to: next, sql: 'ALTER TABLE jobs ADD COLUMN host TEXT' },
  { to: next + 1, sql: `CREATE TABLE hosts (name TEXT PRIMARY KEY) STRICT; INSERT INTO hosts VALUES ('here')` },
]

describe('a file of an older version', () => {
  test('is brought up to date step by step', () => {
    const db = made()
    migrate(db, schemaVersion, 'file', steps)
    expect(versionOf(db)).toBe(String(next + 1))
    expect(db.prepare('SELECT name FROM hosts').pluck().all()).toEqual(['here'])
    expect(() => db.prepare('SELECT host FROM jobs')).not.toThrow()
  })

  test('goes on from where it is, and is left alone when it is there', () => {
    const db = made()
    migrate(db, schemaVersion, 'file', steps.slice(0, 1))
    migrate(db, next, 'file', steps)
    migrate(db, next + 1, 'file', steps)
    expect(versionOf(db)).toBe(String(next + 1))
    expect(db.prepare('SELECT count(*) FROM hosts').pluck().get()).toBe(1)
  })

  test('keeps the last whole step when one fails', () => {
    const db = made()
    const bad = { to: next + 1, sql: 'CREATE TABLE hosts (name TEXT); CREATE TABLE jobs (name TEXT)' }
    expect(() => migrate(db, schemaVersion, 'file', [...steps.slice(0, 1), bad])).toThrow('jobs already exists')
    expect(versionOf(db)).toBe(String(next))
    expect(db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'hosts'`).pluck().get()).toBe(0)
  })

  test('fault F34: is refused when it is newer than all steps', () => {
    const db = made()
    expect(() => migrate(db, next + 2, 'the file', steps)).toThrow(ConfigError)
    expect(() => migrate(db, next + 2, 'the file', steps)).toThrow(
      `the file was written by a newer rfcached (schema ${next + 2}, this one knows ${next + 1}).`,
    )
  })
})

test('every schema there ever was leads to that of a new file', () => {
  for (let version = 1; version <= schemaVersion; version++) {
    const file = madePath()
    const old = application(file, schemaSql(version))
    old.exec(`INSERT INTO settings VALUES ('schema', '${version}')`)
    opened(file)[Symbol.dispose]()
    expect(schemaOf(old), `from version ${version}`).toEqual(schemaOf(made()))
    expect(versionOf(old)).toBe(String(schemaVersion))
  }
})

describe('jobs of the first version', () => {
  const words = {
    pending: 'pending',
    processing: 'running',
    fetching: 'running',
    running: 'running',
    passed: 'completed',
    completed: 'completed',
    completed_with_warnings: 'completed_with_warnings',
    error: 'failed',
    failed: 'failed',
  }

  test('whatever word another program wrote, get the standard ones and keep the rest', () => {
    const file = madePath()
    const old = application(file, schemaSql(1))
    old.exec(`INSERT INTO settings VALUES ('schema', '1'); PRAGMA ignore_check_constraints = 1`)
    const insert = old.prepare(/* sql */ `
      INSERT INTO jobs (kind, status, triggered_by, created_at, started_at, completed_at, error_message, done, total, phase, result)
      VALUES ('probe', ?, 'scheduled', 'c', 's', 'e', 'why', 3, 9, 'p', '{"a":1}')`)
    const ids = Object.keys(words).map((word) => Number(insert.run(word).lastInsertRowid))
    old.exec('DELETE FROM jobs WHERE id = 1')
    const { jobs } = opened(file)
    const left = Object.values(words).slice(1)
    expect(ids.slice(1).map((id) => jobs.byId(id)?.status)).toEqual(left)
    expect(jobs.byId(2)).toEqual({
      ...{ id: 2, kind: 'probe', status: 'running', triggered_by: 'scheduled' },
      ...{ created_at: 'c', started_at: 's', completed_at: 'e', error_message: 'why' },
      ...{ done: 3, total: 9, phase: 'p', phase_at: null, result: '{"a":1}', stop_by: null },
    })
    expect(jobs.request('verify', 'scheduled', 'n').id).toBe(ids.length + 1)
  })
})

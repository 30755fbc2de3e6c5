import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { BrokenFile, ConfigError } from '../../src/errors.ts'
import { type Migration, migrate, schemaVersion } from '../../src/store/migrations.ts'
import { earlier, schemaSql } from './earlier.ts'
import { application, madePath, opened } from './made.ts'
import { race } from './race.ts'

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
    migrate(db, 'file', steps)
    expect(versionOf(db)).toBe(String(next + 1))
    expect(db.prepare('SELECT name FROM hosts').pluck().all()).toEqual(['here'])
    expect(() => db.prepare('SELECT host FROM jobs')).not.toThrow()
  })

  test('goes on from where it is, and is left alone when it is there', () => {
    const db = made()
    migrate(db, 'file', steps.slice(0, 1))
    migrate(db, 'file', steps)
    migrate(db, 'file', steps)
    expect(versionOf(db)).toBe(String(next + 1))
    expect(db.prepare('SELECT count(*) FROM hosts').pluck().get()).toBe(1)
  })

  test('stays what it was when a step fails', () => {
    const db = made()
    const bad = { to: next + 1, sql: 'CREATE TABLE hosts (name TEXT); CREATE TABLE jobs (name TEXT)' }
    expect(() => migrate(db, 'the file', [...steps.slice(0, 1), bad])).toThrow(BrokenFile)
    expect(() => migrate(db, 'the file', [...steps.slice(0, 1), bad])).toThrow(
      `The database the file cannot be brought from schema ${schemaVersion} to ${next + 1}: table jobs already exists.`,
    )
    expect(schemaOf(db)).toEqual(schemaOf(made()))
    expect(versionOf(db)).toBe(String(schemaVersion))
  })

  test('fault F34: is refused when it is newer than all steps', () => {
    const db = made()
    db.exec(`UPDATE settings SET value = '${next + 2}' WHERE name = 'schema'`)
    expect(() => migrate(db, 'the file', steps)).toThrow(ConfigError)
    expect(() => migrate(db, 'the file', steps)).toThrow(
      `the file was written by a newer rfcached (schema ${next + 2}, this one knows ${next + 1}).`,
    )
  })
})

test.each([1, 2])(
  'fault F31: a file of version %i is brought up to date by one of those who open it at one moment',
  async (version) => {
    for (let round = 0; round < 6; round++) {
      const file = earlier(version)
      await race(file)
      expect(schemaOf(application(file))).toEqual(schemaOf(made()))
    }
  },
)

describe.each(['WAL', 'DELETE'])(
  'a file that is not of the version it says is refused, and left as it is (journal mode %s)',
  (mode) => {
    test.each([
      [
        'lacks a column of its version',
        earlier.bind(null, 2, 'ALTER TABLE targets DROP COLUMN not_before'),
        'targets.not_before is missing.',
      ],
      [
        'says a word',
        earlier.bind(null, 2, `UPDATE settings SET value = 'x' WHERE name = 'schema'`),
        'cannot be brought from schema 0 to',
      ],
      [
        'says one before its own',
        earlier.bind(null, 3, `UPDATE settings SET value = '1' WHERE name = 'schema'`),
        'cannot be brought from schema 1 to',
      ],
      [
        'says the one before its own',
        earlier.bind(null, 3, `UPDATE settings SET value = '2' WHERE name = 'schema'`),
        'no such column',
      ],
    ])('where it %s', (_, makeFile, words) => {
      const file = makeFile(mode)
      const before = readFileSync(file)
      expect(() => opened(file)).toThrow(BrokenFile)
      expect(() => opened(file)).toThrow(words)
      expect(readFileSync(file).equals(before)).toBe(true)
      expect(readdirSync(dirname(file))).toEqual(['rfcs.sqlite'])
    })
  },
)

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

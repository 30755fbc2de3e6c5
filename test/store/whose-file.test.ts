import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ConfigError, TransientError } from '../../src/errors.ts'
import { realPath } from '../../src/store/beside.ts'
import { schemaVersion } from '../../src/store/migrations.ts'
import { application, madePath, opened } from './made.ts'
import { comesAndGoes, race } from './race.ts'

/** A file as the application left it: closed, with nothing beside it. */
function fileWith(script: string): string {
  const file = madePath()
  application(file, script).close()
  return file
}

/** The error of opening a file, which must be left as it was to the last byte, with nothing beside it. */
function refused(file: string, options: { adopt?: boolean } = {}): ConfigError {
  const before = readFileSync(file)
  let error: unknown
  try {
    opened(file, options)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(ConfigError)
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(dirname(file))).toEqual(['rfcs.sqlite'])
  return error as ConfigError
}

const cached = `CREATE TABLE cached_rfcs (slug TEXT PRIMARY KEY, title TEXT);
  INSERT INTO cached_rfcs VALUES ('a', 'A');`

describe('fault F34: a file is refused, and left as it is,', () => {
  test('when a newer rfcached wrote it', () => {
    const file = madePath()
    const store = opened(file)
    store[Symbol.dispose]()
    const app = application(file, `UPDATE settings SET value = '99' WHERE name = 'schema'`)
    app.pragma('journal_mode = DELETE')
    app.close()
    expect(refused(file).message).toMatch(/newer rfcached \(schema 99, this one knows \d+\)/)
  })

  test.each(['DELETE', 'WAL'])('when its cached_rfcs is not ours (journal mode %s)', (mode) => {
    const error = refused(fileWith(`PRAGMA journal_mode = ${mode}; ${cached}`))
    expect(error.message).toMatch(/already has tables that are not rfcached's: cached_rfcs\./)
    expect(error.hint).toMatch(/reconcile --once --rebuild --adopt/)
  })

  test('when a cached_* table of its own is none of those we have, it is not', () => {
    const file = fileWith('CREATE TABLE cached_avatars (login TEXT); CREATE TABLE CACHED_thing (a)')
    expect(() => opened(file)).not.toThrow()
  })

  test.each([
    ['CREATE TABLE jobs (id)', 'jobs'],
    ['CREATE TABLE Settings (key, value)', 'settings'],
    ['CREATE TABLE entry_files (path)', 'entry_files'],
    ['CREATE TABLE settings (name, value); CREATE TABLE entry_files (path)', 'settings, entry_files'],
    ['CREATE VIEW targets AS SELECT 1', 'targets'],
    ['CREATE VIEW cached_prs AS SELECT 1', 'cached_prs'],
    ['CREATE TABLE t (a); CREATE INDEX cached_prs_by_state ON t (a)', 'cached_prs_by_state'],
    ['CREATE TABLE t (a); CREATE TRIGGER cached_rfcs_new AFTER INSERT ON t BEGIN SELECT 1; END', 'cached_rfcs_new'],
  ])('also with --adopt, when it has %s', (script, names) => {
    const error = refused(fileWith(script), { adopt: true })
    expect(error.message).toContain(`other things under rfcached's names: ${names}.`)
    expect(error.hint).toBe('Rename them, or give rfcached another file.')
  })

  test('when it is no SQLite file', () => {
    const file = madePath()
    writeFileSync(file, 'This is no database, but a text that is long enough to be looked at.'.repeat(20))
    expect(refused(file).message).toMatch(/not a database/)
  })
})

describe('a file is taken', () => {
  test('when it is new', () => {
    const file = madePath()
    opened(file)
    const app = application(file)
    expect(app.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(app.prepare(`SELECT value FROM settings WHERE name = 'schema'`).pluck().get()).toBe(String(schemaVersion))
  })

  test('when it is ours, with everything in it', () => {
    const file = madePath()
    opened(file).settings.set('owner_id', 7)
    expect(opened(file).settings.get('owner_id')).toBe('7')
  })

  test('when it is the application’s and no names collide', () => {
    const file = fileWith('CREATE TABLE users (id); INSERT INTO users VALUES (1)')
    opened(file)
    expect(application(file).prepare('SELECT count(*) FROM users').pluck().get()).toBe(1)
  })

  test('when it is there already, if it may not be made', () => {
    const file = madePath()
    expect(() => opened(file, { create: false })).toThrow(ConfigError)
    opened(file)
    expect(() => opened(file, { create: false })).not.toThrow()
  })

  test('fault F31: by each of those who make it at one moment', async () => {
    for (let round = 0; round < 6; round++) await race(madePath())
  })

  test('fault F31: while another makes it and takes it away', async () => {
    const file = madePath()
    await comesAndGoes(file)
    for (let look = 0; look < 50_000; look++) expect(realPath(file)).toBe(file)
  })

  test('not when its folder is missing, which is said', () => {
    expect(() => opened('/nowhere/rfcs.sqlite')).toThrow(/\/nowhere\/rfcs\.sqlite cannot be opened/)
  })
})

describe.each([
  ['reads in', 'BEGIN; SELECT * FROM settings'],
  ['writes in', 'BEGIN IMMEDIATE'],
])('fault F31: while another process %s a file whose write-ahead log is to be turned on', (_, script) => {
  const held = () => {
    const file = madePath()
    opened(file)[Symbol.dispose]()
    const app = application(file, `PRAGMA journal_mode = DELETE; ${script}`)
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
    onTestFinished(() => wait.mockRestore())
    return { file, app, wait }
  }

  test('it is tried again', () => {
    const { file, app, wait } = held()
    wait.mockImplementationOnce(() => {
      app.exec('COMMIT')
      return 'timed-out'
    })
    opened(file)
    expect(wait).toHaveBeenCalledOnce()
    expect(application(file).pragma('journal_mode', { simple: true })).toBe('wal')
  })

  test('it is refused after five seconds', () => {
    const { file, wait } = held()
    expect(() => opened(file)).toThrow(TransientError)
    expect(wait.mock.calls.reduce((sum, [, , , ms]) => sum + Number(ms), 0)).toBe(5000)
    expect(() => opened(file)).toThrow(/for another process keeps it locked: it must end its transaction/)
  })
})

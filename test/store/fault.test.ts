import Sqlite, { type Database } from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BrokenFile, ConfigError } from '../../src/errors.ts'
import { faultIn } from '../../src/store/fault.ts'
import { lookAtFile } from '../../src/store/look.ts'
import { openWhole, suspect } from '../../src/store/mend.ts'
import { breakPages, leavesOf } from '../support/breaking.ts'
import { createActions } from './application.ts'
import { madeAt, madePath, opened } from './made.ts'

const told: string[] = []
const open = (file: string) => openWhole(file, { now: () => madeAt, tell: (said) => told.push(said) })

/** A file of ours with `actions`, to which an application does this, with functions and a say in the schema that we have not. */
function made(change: (app: Database) => void): string {
  const file = madePath()
  opened(file)[Symbol.dispose]()
  const app = new Sqlite(file)
  app.function('slugify', { deterministic: true }, String)
  createActions(app)
  for (let id = 1; id <= 200; id++) app.exec(`INSERT INTO actions (action_kind) VALUES ('a')`)
  app.unsafeMode(true)
  app.pragma('writable_schema = ON')
  change(app)
  app.close()
  return file
}

const rewrite = (app: Database, table: string, from: string, to: string) =>
  app.prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ?').run(from, to, table)

const withIndex = `CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('a'); CREATE INDEX by_name ON users`
const collation = (app: Database) => {
  app.exec(`${withIndex} (name)`)
  rewrite(app, 'users', 'TEXT', 'TEXT COLLATE icu_de')
}
const ofTheirs: [string, (app: Database) => void][] = [
  ['a collation', collation],
  ['a function in an index', (app) => app.exec(`${withIndex} (slugify(name))`)],
  ['a function in a constraint', (app) => app.exec('CREATE TABLE users (name TEXT CHECK (slugify(name) > 0))')],
  [
    'a module',
    (app) =>
      app.exec(`INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
        VALUES ('table', 'vec', 'vec', 0, 'CREATE VIRTUAL TABLE vec USING vec0(a float[3])')`),
  ],
]

describe.each(ofTheirs)('fault F30: a file whose application has %s of its own', (_, change) => {
  test('is worked on, and doctor finds nothing wrong with it', () => {
    const file = made(change)
    const store = open(file)
    onTestFinished(() => void store[Symbol.dispose]())
    store.transaction(() => store.settings.set('missed_webhooks', 1))
    expect(() => lookAtFile(file)).not.toThrow()
    expect(told).toEqual([])
  })

  test('and a broken page is broken, and not replaced', () => {
    const file = made(change)
    breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    expect(faultIn(file)).toMatch(/malformed|cached_prs|Tree|page/)
    expect(() => open(file)).toThrow(BrokenFile)
    expect(() => lookAtFile(file)).toThrow(/is not a whole SQLite file/)
  })
})

test.each<[string, (app: Database) => void, string]>([
  ['a collation', (app) => rewrite(app, 'actions', 'on_behalf_of TEXT', 'on_behalf_of TEXT COLLATE icu_de'), 'icu_de'],
  ['a function', (app) => app.exec('CREATE INDEX by_kind ON actions (slugify(action_kind))'), 'slugify'],
  ['a constraint', (app) => rewrite(app, 'actions', 'rfc_slug TEXT', 'rfc_slug TEXT CHECK (slugify(1))'), 'slugify'],
  ['a collation of another table', collation, 'icu_de'],
])(
  'fault F30: a broken file whose actions need %s is not replaced, and what is missing is said',
  (_, change, named) => {
    const file = made(change)
    breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    expect(() => open(file)).toThrow(BrokenFile)
    expect(() => open(file)).toThrow(new RegExp(`what only the application has: .*${named}`))
  },
)

test('fault F30: a whole file whose actions need a collation that is not there is refused in a sentence', () => {
  const file = made((app) => rewrite(app, 'actions', 'on_behalf_of TEXT', 'on_behalf_of TEXT COLLATE icu_de'))
  expect(() => open(file)).toThrow(ConfigError)
  expect(() => open(file)).toThrow('needs what only the application has: no such collation sequence: icu_de.')
})

describe('fault F30: rows of the application that its schema forbids by now', () => {
  const rules: [string, (app: Database) => void][] = [
    ['NULL', (app) => rewrite(app, 'actions', 'on_behalf_of TEXT', 'on_behalf_of TEXT NOT NULL')],
    ['CHECK', (app) => rewrite(app, 'actions', 'action_kind TEXT', "action_kind TEXT CHECK (action_kind <> 'a')")],
  ]
  test.each(rules)('are no fault of the file: %s', (word, change) => {
    const file = made(change)
    const db = new Sqlite(file) // one that only reads does not know of a CHECK
    expect(db.prepare('PRAGMA integrity_check').pluck().get()).toContain(word)
    db.close()
    expect(() => lookAtFile(file)).not.toThrow()
    open(file)[Symbol.dispose]()
    expect(told).toEqual([])
  })

  test('hide no index that lacks a row', () => {
    const file = made((app) => {
      app.exec('CREATE TABLE zz (a); CREATE INDEX zz_a ON zz (a) WHERE a > 1; INSERT INTO zz VALUES (1)')
      rewrite(app, 'zz_a', '> 1', '> 0')
      rewrite(app, 'actions', 'on_behalf_of TEXT', 'on_behalf_of TEXT NOT NULL')
    })
    expect(faultIn(file)).toMatch(/row 1 missing from index zz_a/)
  })

  test('are one in a table of ours', () => {
    const file = made((app) => {
      app.pragma('ignore_check_constraints = ON')
      app.exec(`INSERT INTO cached_branches VALUES ('a', 'b', 'h', 'neither', NULL, 'r')`)
    })
    expect(() => lookAtFile(file)).toThrow('CHECK constraint failed in cached_branches')
  })
})

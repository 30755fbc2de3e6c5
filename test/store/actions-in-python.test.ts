import { describe, expect, test } from 'vitest'
import { mirrored, opened } from './made.ts'
import { python, pythonSqlite } from './python.ts'

const create = (
  columns: string,
) => `CREATE TABLE actions (id INTEGER PRIMARY KEY AUTOINCREMENT, action_kind TEXT NOT NULL,
  rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT${columns})`
const log = (who: string, kind = 'propose_rfc') =>
  `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of) VALUES ('${kind}', 'a', 7, '${who}')`
const opener = 'SELECT opened_by FROM cached_prs WHERE pr_number = 7'
const lastChange = 'SELECT table_name, key, op FROM changes ORDER BY seq DESC LIMIT 1'

if (pythonSqlite === null) process.stderr.write('There is no python3 here: its tests of the file are skipped.\n')

describe.skipIf(pythonSqlite === null)(`with the system's Python (SQLite ${pythonSqlite}) an application`, () => {
  test.each(['', ', repo TEXT', ', created_at TEXT', ', repo TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP'])(
    'fault 50: sees its action in the same moment, whatever columns it has (…%s)',
    async (columns) => {
      const { file, store, write } = mirrored()
      await python(file, create(columns))
      write({})
      const before = store.changes.latest()
      expect(await python(file, log('alice'), opener, lastChange)).toEqual([
        [['alice']],
        [['cached_prs', 'rfcs/meta#7', 'changed']],
      ])
      expect(store.changes.latest()).toBe(before + 1)
      expect(
        await python(file, `UPDATE actions SET on_behalf_of = 'bob'`, opener, 'DELETE FROM actions', opener),
      ).toEqual([[['bob']], [['rfc-bot']]])
      expect(store.changes.latest()).toBe(before + 3)
    },
  )

  test('makes its table before rfcached ever comes, and is understood at once', async () => {
    const { file, store, write } = mirrored()
    await python(file, create(''), log('alice'))
    write({})
    expect(await python(file, opener)).toEqual([[['alice']]])
    store[Symbol.dispose]()
    await python(file, log('bob'), 'DELETE FROM actions WHERE id = 1')
    expect(await python(file, opener)).toEqual([[['bob']]])
    opened(file)
    expect(await python(file, opener)).toEqual([[['bob']]])
  })

  test('rebuilds its table in the twelve steps SQLite gives, in the middle of our triggers', async () => {
    const { file, store, write } = mirrored()
    await python(file, create(''))
    write({})
    await python(
      file,
      log('alice'),
      'PRAGMA foreign_keys = OFF',
      'BEGIN',
      create(', repo TEXT, created_at TEXT').replace('actions', 'new_actions'),
      `INSERT INTO new_actions (id, action_kind, rfc_slug, pr_number, on_behalf_of) SELECT id, action_kind, rfc_slug, pr_number, on_behalf_of FROM actions`,
      'DROP TABLE actions',
      'ALTER TABLE new_actions RENAME TO actions',
      'PRAGMA foreign_key_check',
      'COMMIT',
    )
    store.transaction(() => {})
    await python(file, `UPDATE actions SET repo = 'rfcs/a'`)
    expect(await python(file, opener)).toEqual([[['rfc-bot']]])
    expect(await python(file, `UPDATE actions SET repo = 'rfcs/meta'`, opener)).toEqual([[['alice']]])
  })

  test('renames its table away and makes another', async () => {
    const { file, store, write } = mirrored()
    await python(file, create(''))
    write({})
    await python(file, log('alice'), 'ALTER TABLE actions RENAME TO actions_2025', create(', created_at TEXT'))
    store.transaction(() => {})
    expect(await python(file, opener)).toEqual([[['rfc-bot']]])
    expect(await python(file, log('bob'), opener, 'DROP TABLE actions_2025')).toEqual([[['bob']]])
    expect(await python(file, 'DELETE FROM actions', opener)).toEqual([[['rfc-bot']]])
  })

  test('adds a column, which counts from our next write on', async () => {
    const { file, store, write } = mirrored()
    await python(file, create(''))
    write({})
    await python(file, log('alice'), 'ALTER TABLE actions ADD COLUMN repo TEXT', `UPDATE actions SET repo = 'rfcs/a'`)
    expect(await python(file, opener)).toEqual([[['alice']]])
    store.transaction(() => {})
    expect(await python(file, opener)).toEqual([[['rfc-bot']]])
  })

  test('drops its table, and there are no actions', async () => {
    const { file, store, write } = mirrored()
    await python(file, create(''), log('alice'))
    write({})
    await python(file, 'DROP TABLE actions')
    store.transaction(() => {})
    expect(await python(file, opener)).toEqual([[['rfc-bot']]])
  })

  test('writes any value into any column without being refused', async () => {
    const { file, write } = mirrored()
    await python(file, create(', repo, created_at').replaceAll(/ (TEXT|INTEGER)(?! PRIMARY)/g, ''))
    write({}, { pr_number: 8, upstream_state: 'closed', upstream_closed_at: '2026-11-21T12:00:00Z' })
    const values = ['NULL', `''`, '7', '-1.5', `x'ff00fe'`, `x''`, `'7'`, `char(0)`, '9e999', `'\u{1F600}'`]
    const kinds = [`'propose_rfc'`, `'withdraw_x'`, `x'00'`]
    const rows = kinds.flatMap((kind) =>
      values.map(
        (value) => `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at)
        VALUES (${kind}, 'a', 7, ${value}, ${value}, ${value}), (${kind}, ${value}, ${value}, ${value}, NULL, NULL), (${kind}, 'a', 8, NULL, NULL, ${value})`,
      ),
    )
    await python(
      file,
      ...rows,
      'UPDATE actions SET pr_number = 8',
      'UPDATE actions SET rfc_slug = NULL',
      'DELETE FROM actions',
    )
    expect(await python(file, 'PRAGMA integrity_check', opener)).toEqual([[['ok']], [['rfc-bot']]])
  })

  test('reads all three tables, and the file is whole', async () => {
    const { file, write } = mirrored()
    write({})
    const tables = ['cached_rfcs', 'cached_branches', 'cached_prs', 'changes']
    const counts = await python(file, ...tables.map((name) => `SELECT count(*) FROM ${name}`), 'PRAGMA integrity_check')
    expect(counts).toEqual([[[0]], [[0]], [[1]], [[1]], [['ok']]])
  })
})

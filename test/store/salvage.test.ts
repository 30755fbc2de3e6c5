import { chmodSync, copyFileSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { BrokenFile } from '../../src/errors.ts'
import { openWhole, suspect } from '../../src/store/mend.ts'
import { breakPages, cutShort, leavesOf, overwrite, pagesOf } from '../support/breaking.ts'
import { createActions } from './application.ts'
import { earlier } from './earlier.ts'
import { beside, left, mended } from './left.ts'
import { application, madeAt, madePath, opened, own, repoRow } from './made.ts'

/** As a disk does that writes a page where another should be. */
function putPage(file: string, page = { pageno: 0 }, place = { pageno: 0 }): void {
  const bytes = readFileSync(file).subarray((page.pageno - 1) * 4096, page.pageno * 4096)
  overwrite(file, (place.pageno - 1) * 4096, bytes)
}

describe('a broken page of actions costs the rows on it, and no other', () => {
  test.each([
    ['in the middle', [10]],
    ['at the beginning', [0]],
    ['at the end', [-1]],
    ['twice, with a good one between', [10, 12]],
    ['everywhere', [0, 5, 6, 7, -2, -1]],
  ])('%s', (_, places) => {
    const file = left()
    const leaves = leavesOf(file, 'actions')
    expect(leaves.length).toBeGreaterThan(20)
    const broken = places.flatMap((place) => leaves.at(place) ?? [])
    breakPages(file, ...broken.map(({ pageno }) => pageno))
    suspect(file, new Error('database disk image is malformed'))
    const { one, told } = mended(file)
    const lost = broken.reduce((sum, { ncell }) => sum + ncell, 0)
    expect(one('SELECT count(*) FROM actions')).toBe(3000 - lost)
    expect(told).toContain(`Brought over were ${3000 - lost} actions`)
    expect(told).toContain('the others could not be read')
    expect(one('SELECT on_behalf_of FROM actions WHERE id = 500')).toMatch(/^person 500\./)
  })

  test('also when a page of another place lies there, whose rows are there once', () => {
    const file = left()
    const leaves = leavesOf(file, 'actions')
    putPage(file, leaves[20], leaves[10])
    suspect(file, new Error('malformed'))
    const { one, told } = mended(file)
    expect(one('SELECT count(*) FROM actions')).toBe(3000 - (leaves[10]?.ncell ?? 0))
    expect(told).toContain('the others could not be read')
  })

  test('and one of an index of theirs costs none, whichever SQLite would rather read', () => {
    const columns = 'id, action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at'
    const file = left({ script: `CREATE INDEX all_of_it ON actions (${columns}); ANALYZE` })
    breakPages(file, ...leavesOf(file, 'all_of_it').map(({ pageno }) => pageno))
    suspect(file, new Error('malformed'))
    expect(mended(file).told).toContain('Brought over were 3000 actions')
  })

  test('nor gives it the numbers of lost rows to others', () => {
    const file = left()
    breakPages(file, leavesOf(file, 'actions').at(-1)?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    const { db } = mended(file)
    const { lastInsertRowid } = db.prepare(`INSERT INTO actions (action_kind) VALUES ('propose_rfc')`).run()
    expect(lastInsertRowid).toBe(3001)
  })
})

describe('fault F30: a broken file with nothing but our tables and actions', () => {
  test('leaves who may read and write it as it was', () => {
    const file = left({ actions: 10 })
    chmodSync(file, 0o660)
    breakPages(file, leavesOf(file, 'actions')[0]?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    mended(file)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('660')
  })

  test('is set aside, and what only it had is in the new one', () => {
    const file = left({
      actions: 10,
      script: `CREATE INDEX actions_by_kind ON actions (action_kind); CREATE VIEW open_ones AS SELECT 1;
        CREATE TABLE told (text); DROP TABLE told;
        CREATE TRIGGER actions_seen AFTER INSERT ON actions BEGIN SELECT 1; END`,
    })
    const old = readFileSync(file)
    breakPages(file, leavesOf(file, 'cached_rfcs')[0]?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    const { store, one, told, beside } = mended(file)
    expect(one('SELECT count(*) FROM actions')).toBe(10)
    // A sweep buries branches of repositories that nobody follows, and at its beginning nobody does.
    expect(one('SELECT count(*) FROM cached_branches')).toBe(0)
    store.transaction(() =>
      store.branches.upsert({ rfc_slug: 'a', repo: own, branch_name: 'two', head_sha: 'h2', last_commit_at: null }),
    )
    expect(store.adoptClosed()).toBe(1)
    expect(one('SELECT state FROM cached_branches')).toBe('closed')
    expect(store.adoptClosed()).toBe(0)
    const kept = `name IN ('actions_by_kind', 'open_ones', 'actions_seen')`
    expect(one(`SELECT count(*) FROM sqlite_schema WHERE ${kept}`)).toBe(3)
    expect(beside).toEqual([expect.stringMatching(/^rfcs\.sqlite-broken-20/)])
    expect(statSync(file).mode & 0o777).toBe(statSync(`${dirname(file)}/${beside[0]}`).mode & 0o777)
    expect(readFileSync(`${dirname(file)}/${beside[0]}`)).toHaveLength(old.length)
    expect(told).toContain('10 actions of the application and 1 branches that it closed; which is all there was.')
    expect(told).toContain('Restart the application')
  })

  test.each([0.6, 0.8, 0.95])('is noticed when it is cut short to %s of it, without any suspicion', (part) => {
    const file = left()
    cutShort(file, part)
    const { one, told } = mended(file)
    expect(told).toMatch(/was broken \(database disk image is malformed\)/)
    expect(one('SELECT count(*) FROM actions')).toBeGreaterThan(0)
  })

  test('has a change feed that goes on above the old one, whatever the clock says', () => {
    const file = left({ actions: 1 })
    const latest = opened(file).changes.latest()
    expect(latest).toBeGreaterThan(madeAt)
    cutShort(file, 0.9)
    const { store } = mended(file, madeAt - 3_600_000)
    expect(store.changes.page(latest, 10)).toMatchObject({ forgotten: true, changes: [] })
    expect(store.changes.latest()).toBeGreaterThan(latest)
  })

  test('has that feed also when the file does not say how far it had counted', () => {
    const file = left({ actions: 1, script: `DELETE FROM sqlite_sequence WHERE name = 'changes'` })
    const latest = opened(file).changes.latest()
    cutShort(file, 0.9)
    expect(mended(file, madeAt - 3_600_000).store.changes.latest()).toBeGreaterThan(latest)
  })

  test('has jobs whose numbers go on above the old ones', () => {
    const file = left({ actions: 1, script: `INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', 41)` })
    breakPages(file, pagesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    const { store } = mended(file)
    expect(store.jobs.request('reconcile', 'startup', '2026-11-22T10:00:00Z').id).toBe(42)
  })

  test('keeps actions that refer to what the next sweep brings', () => {
    const script = `ALTER TABLE actions ADD COLUMN entry TEXT REFERENCES cached_rfcs (slug);
      PRAGMA foreign_keys = OFF; UPDATE actions SET entry = 'a'`
    const file = left({ actions: 10, script })
    breakPages(file, pagesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    expect(mended(file).told).toContain('Brought over were 10 actions')
  })

  test('says that an action was not brought over which its own table refuses', () => {
    const script = `ALTER TABLE actions ADD COLUMN weight INTEGER CHECK (weight < 5);
      PRAGMA ignore_check_constraints = ON; UPDATE actions SET weight = 9 WHERE id = 3`
    const file = left({ actions: 10, script })
    breakPages(file, pagesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    expect(mended(file).told).toMatch(/Brought over were 9 actions .* the others could not be read/)
  })

  test('that breaks again before the first sweep was complete loses nothing that was closed', () => {
    const file = left()
    cutShort(file, 0.95)
    mended(file).store[Symbol.dispose]()
    breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    expect(mended(file).told).toContain('1 branches that it closed')
  })

  test('is so too when its version, or a table of the full-text index, cannot be read', () => {
    for (const table of ['settings', 'rfcs_search_config']) {
      const file = left({ actions: 10 })
      breakPages(file, pagesOf(file, table)[0]?.pageno ?? 0)
      const { one, told } = mended(file)
      expect(told, table).toContain('10 actions of the application and 1 branches that it closed')
      expect(one('SELECT count(*) FROM actions')).toBe(10)
    }
  })

  test('is so too when the first version of rfcached made it', () => {
    const file = earlier(1)
    const old = application(file)
    createActions(old)
    old.exec(`INSERT INTO actions (action_kind) VALUES ('propose_rfc')`)
    old.close()
    breakPages(file, pagesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    expect(mended(file).one('SELECT count(*) FROM actions')).toBe(1)
  })

  test('does not say that all closed branches are there when a page of others lies in their place', () => {
    const rows = 'WITH RECURSIVE rows (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM rows WHERE n < 300)'
    const names = '(rfc_slug, repo, branch_name, head_sha, state)'
    const script = `${rows} INSERT INTO cached_branches ${names} SELECT 'a', '${own}', n, 'h', 'closed' FROM rows`
    const file = left({ actions: 10, script })
    putPage(file, leavesOf(file, 'cached_branches')[1], leavesOf(file, 'cached_branches')[0])
    suspect(file, new Error('malformed'))
    expect(mended(file).told).toMatch(/Brought over were 10 actions .* the others could not be read/)
  })

  test('is set aside where it lies, when the path is a link to it', () => {
    const file = left({ actions: 5 })
    const link = madePath('link.sqlite')
    symlinkSync(file, link)
    breakPages(file, pagesOf(file, 'jobs')[0]?.pageno ?? 0)
    suspect(link, new Error('malformed'))
    expect(beside(file)).toEqual(['rfcs.sqlite-suspect'])
    const { store, one } = mended(link)
    expect(one('SELECT count(*) FROM actions')).toBe(5)
    expect(beside(file)).toEqual([expect.stringContaining('-broken-')])
    expect(readlinkSync(link)).toBe(file)
    expect(store.picture.sizes().wal).toBe(statSync(`${file}-wal`).size)
  })
})

describe('what docs/recovery.md says to bring late actions over with', () => {
  const recovery = readFileSync(new URL('../../docs/recovery.md', import.meta.url), 'utf8')
  const [, recipe = ''] = /"(\s+ATTACH [^"]+)"/.exec(recovery) ?? []

  test.each([
    ['after others, of which one has their number', 10, [10, 11, 12, 13]],
    ['where none was brought over', 0, [1, 2]],
  ])('does so %s', (_, actions, ids) => {
    const file = left({ actions })
    const late = application(file)
    late.prepare('SELECT count(*) FROM actions').get()
    breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    const { db, beside } = mended(file)
    const write = (app: Sqlite.Database, kind: string) =>
      app.prepare('INSERT INTO actions (action_kind) VALUES (?)').run(kind)
    write(late, 'late')
    write(late, 'later')
    if (actions > 0) write(db, 'restarted')
    late.close()
    db.exec(recipe.replace(/ATTACH '[^']+'/, `ATTACH '${dirname(file)}/${beside[0]}'`))
    expect(db.prepare('SELECT id FROM actions WHERE id > 9 OR action_kind GLOB ?').pluck().all('late*')).toEqual(ids)
    expect(
      db.prepare("SELECT group_concat(action_kind) FROM actions WHERE action_kind <> 'propose_rfc'").pluck().get(),
    ).toBe(actions > 0 ? 'restarted,later,late' : 'late,later')
  })
})

describe('a file is left as it is', () => {
  test('when it showed itself broken and is whole, which is said once', () => {
    const file = left({ actions: 1 })
    suspect(file, new Error('database disk image is malformed'))
    expect(mended(file).told).toMatch(/showed itself broken before, and is whole/)
    expect(mended(file)).toMatchObject({ told: '', beside: [] })
  })

  test('when its actions have no numbers by which they could be read', () => {
    const script = 'DROP TABLE actions; CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT) WITHOUT ROWID'
    const file = left({ actions: 1, script })
    breakPages(file, pagesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    expect(() => openWhole(file, { now: () => madeAt, tell: () => {} })).toThrow(/are in it: actions\. rfcached/)
    expect(beside(file)).toEqual([])
  })

  test('when its log is broken and it is whole; everything is read again then', () => {
    const alive = madePath()
    const store = opened(alive)
    store.transaction(() => store.repos.upsert(repoRow(2)))
    application(alive, `UPDATE repos SET tip = 'read'`)
    store.emptyLog()
    for (const name of ['one', 'two']) application(alive, `CREATE TABLE ${name} (id)`)
    const file = madePath()
    for (const end of ['', '-wal']) copyFileSync(alive + end, file + end)
    overwrite(`${file}-wal`, statSync(`${file}-wal`).size - 100, Buffer.from('broken'))
    const { one, told } = mended(file)
    expect(told).toContain('Everything is read from Gitea again')
    expect(one('SELECT tip FROM repos')).toBeNull()
  })

  test.each([
    ["the application's own tables are in it", 'users', 'CREATE TABLE users (id)', 'actions'],
    ['what it set aside is in it', 'before_rfcached_x', 'CREATE TABLE before_rfcached_x (id)', 'actions'],
  ])('when %s, which is said', (_, name, script, table) => {
    const file = left({ script })
    breakPages(file, leavesOf(file, table)[2]?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    const before = readFileSync(file)
    const open = () => openWhole(file, { now: () => madeAt, tell: () => {} })
    expect(open).toThrow(BrokenFile)
    expect(open).toThrow(`the application's own tables are in it: ${name}. rfcached does not replace it.`)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(beside(file)).toEqual(['rfcs.sqlite-suspect'])
  })

  test('when it does not even tell what is in it', () => {
    const file = left({ actions: 1 })
    overwrite(file, 0, Buffer.alloc(4096))
    const open = () => openWhole(file, { now: () => madeAt, tell: () => {} })
    expect(open).toThrow(/does not even tell what is in it/)
    expect(beside(file)).toEqual([])
  })

  test.each([
    ['the kind of the table is misspelt', (last: Buffer) => void last.write('tablf', last.indexOf('tableusersusers'))],
    ['its schema has a row fewer', (last: Buffer) => void last.writeUInt16BE(last.readUInt16BE(3) - 1, 3)],
    ['another page is in the place of its last one', (last: Buffer) => void last.fill(0).writeUInt8(13)],
    [
      'the text of the table is no SQL',
      (last: Buffer) => void last.write('DREATE', last.indexOf('CREATE TABLE users')),
    ],
  ])('when a table of the application may be in it that it does not tell any more: %s', (_, harm) => {
    const file = left({ actions: 10, script: 'CREATE TABLE users (id); INSERT INTO users VALUES (1)' })
    const { pageno } = leavesOf(file, 'sqlite_schema').at(-1) ?? { pageno: 0 }
    const page = readFileSync(file).subarray((pageno - 1) * 4096, pageno * 4096)
    harm(page)
    breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
    overwrite(file, (pageno - 1) * 4096, page)
    suspect(file, new Error('malformed'))
    expect(() => openWhole(file, { now: () => madeAt, tell: () => {} })).toThrow(/does not replace it/)
    expect(beside(file)).toEqual(['rfcs.sqlite-suspect'])
  })

  test('when a table of the application may be in its log that it does not tell any more', () => {
    const alive = left({ actions: 10 })
    const app = application(alive, 'CREATE TABLE users (id); INSERT INTO users VALUES (1)')
    app.unsafeMode(true)
    app.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'users'`)
    const file = madePath()
    for (const end of ['', '-wal']) copyFileSync(alive + end, file + end)
    breakPages(file, leavesOf(alive, 'cached_prs')[0]?.pageno ?? 0)
    suspect(file, new Error('malformed'))
    expect(() => openWhole(file, { now: () => madeAt, tell: () => {} })).toThrow(/does not even tell/)
    expect(beside(file)).toEqual(['rfcs.sqlite-suspect'])
  })

  test('when its actions are watched and not there', () => {
    const file = left({ actions: 10 })
    const db = new Sqlite(file)
    db.unsafeMode(true)
    db.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_schema SET type = 'tablf' WHERE name = 'actions'`)
    db.close()
    expect(() => openWhole(file, { now: () => madeAt, tell: () => {} })).toThrow(/does not replace it/)
    expect(beside(file)).toEqual([])
  })

  test('when it is no database at all', () => {
    const file = madePath()
    writeFileSync(file, 'This is a text, not a database. '.repeat(200))
    expect(() => openWhole(file, { now: () => madeAt, tell: () => {} })).toThrow(BrokenFile)
    expect(beside(file)).toEqual([])
  })
})

import type { Database } from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { entry, tellStory } from '../stories/story.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { startLiveService } from '../work/live-service.ts'
import { createActions } from './application.ts'
import { earlier } from './earlier.ts'
import { application, mirrored, opened } from './made.ts'
import { python, pythonSqlite } from './python.ts'

const words = ['gears', 'clock', 'spring', 'lever', 'pendulum']

const insert = `INSERT INTO cached_rfcs (slug, title, tags_json, body, removed_at, body_sha, updated_at, entry_path, entry_body, entry_sha)
  VALUES (?, ?, ?, ?, ?, 's', 't', 'p', 'e', 's')`
const found = (db: Database, query: string) =>
  db
    .prepare<[string], string>('SELECT slug FROM rfcs_search WHERE rfcs_search MATCH ? ORDER BY slug')
    .pluck()
    .all(query)
/** The index as it is against what it was made from: throws where they differ. */
const check = (db: Database) => db.exec(`INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('integrity-check', 1)`)

/** A file of schema 1 that was filled then and is opened now: its rows wait for the backfill. */
function fromBefore(rows: number) {
  const file = earlier(1)
  const old = application(file)
  for (let at = 0; at < rows; at++) old.prepare(insert).run(`old-${at}`, 'gears', '["clock"]', 'spring', null)
  const store = opened(file)
  const walk = store.walks['search-index']
  return { file, store, walk, app: application(file) }
}

describe('the full-text index', () => {
  test('holds what is written, by every column it has, and lets go of what is removed', () => {
    const { app } = mirrored()
    app.prepare(insert).run('tick-tock', 'The Clöck', '["spring"]', 'About gears.', null)
    for (const query of ['tick', 'clock', 'tags: spring', 'gear*'])
      expect(found(app, query), query).toEqual(['tick-tock'])
    app.exec(`UPDATE cached_rfcs SET title = 'The lever'`)
    expect([found(app, 'clock'), found(app, 'lever')]).toEqual([[], ['tick-tock']])
    app.exec(`UPDATE cached_rfcs SET removed_at = 'now'`)
    expect(found(app, 'lever')).toEqual([])
    app.exec(`UPDATE cached_rfcs SET body = 'pendulum'`)
    expect(found(app, 'pendulum')).toEqual([])
    app.exec('UPDATE cached_rfcs SET removed_at = NULL')
    expect(found(app, 'pendulum')).toEqual(['tick-tock'])
    app.exec('DELETE FROM cached_rfcs')
    expect(found(app, 'pendulum')).toEqual([])
    check(app)
  })

  test('puts a title before a text, and shows the place', () => {
    const { app } = mirrored()
    app.prepare(insert).run('a', 'Levers', '[]', 'A clock.', null)
    app.prepare(insert).run('b', 'Clock', '[]', 'Levers.', null)
    const ranked = `SELECT slug, snippet(rfcs_search, -1, '[', ']', '…', 8) AS place FROM rfcs_search WHERE rfcs_search MATCH 'clock' ORDER BY rank`
    expect(app.prepare(ranked).all()).toEqual([
      { slug: 'b', place: '[Clock]' },
      { slug: 'a', place: 'A [clock].' },
    ])
  })

  test('is not written for what it does not hold', () => {
    const { app } = mirrored()
    app.prepare(insert).run('a', 'gears', '[]', 'clock', null)
    const data = () => app.prepare('SELECT id, block FROM rfcs_search_data ORDER BY id').all()
    const before = data()
    app.exec(`UPDATE cached_rfcs SET state = 'active', problem = 'none', last_main_commit_at = 'now', title = title`)
    expect(data()).toEqual(before)
  })

  test('has no change feed of its own', () => {
    const { app, store } = mirrored()
    app.prepare(insert).run('a', 'gears', '[]', 'clock', null)
    const { total, last } = { total: store.changes.latest(), last: store.walks['search-index'].span().last ?? 0 }
    store.transaction(() => store.walks['search-index'].fill(0, last))
    expect(store.changes.latest()).toBe(total)
  })

  test('of an old file holds the rows of then with the backfill, and those of now at once', () => {
    const { app, store, walk } = fromBefore(3)
    app.prepare(insert).run('new', 'gears', '[]', 'clock', null)
    expect(found(app, 'gears')).toEqual(['new'])
    app.exec(`UPDATE cached_rfcs SET title = 'lever' WHERE slug = 'old-1'`)
    expect(found(app, 'lever')).toEqual(['old-1'])
    for (const key of walk.keys(0, 100, 100)) store.transaction(() => walk.fill(key - 1, key))
    expect(found(app, 'gears')).toEqual(['new', 'old-0', 'old-2'])
    check(app)
  })

  test.each([1, 2, 3])('is whole after anything, in whatever order with the backfill (seed %i)', (seed) => {
    const random = seededRandom(seed)
    const { app, store, walk } = fromBefore(12)
    const pick = <T>(items: T[]): T => items[Math.floor(random() * items.length)] as T
    const slug = () => pick([`old-${Math.floor(random() * 12)}`, `new-${Math.floor(random() * 4)}`])
    const set = (assignment: string) => () =>
      void app.prepare(`UPDATE cached_rfcs SET ${assignment} WHERE slug = ?`).run(pick(words), slug())
    let after = 0
    const moves = [
      () =>
        void app
          .prepare(`${insert} ON CONFLICT (slug) DO UPDATE SET title = excluded.title, removed_at = NULL`)
          .run(slug(), pick(words), '[]', pick(words), pick([null, 'gone'])),
      set('title = ?'),
      set('body = ?'),
      set(`tags_json = '["' || ? || '"]'`),
      set('removed_at = ?'),
      set(`removed_at = NULLIF(?, 'x') IS NOT NULL AND NULL`),
      () => void app.prepare('DELETE FROM cached_rfcs WHERE slug = ?').run(slug()),
      () => app.exec('VACUUM'),
      () => {
        const [key] = walk.keys(after, 12, 1)
        if (key !== undefined) store.transaction(() => walk.fill(after, key))
        after = key ?? after
      },
    ]
    for (let steps = 0; steps < 100; steps++) {
      pick(moves)()
      check(app)
    }
    for (const key of walk.keys(after, 1000, 1000)) store.transaction(() => walk.fill(key - 1, key))
    check(app)
    for (const word of words)
      expect(found(app, word), word).toEqual(
        app
          .prepare(
            `SELECT slug FROM cached_rfcs WHERE removed_at IS NULL AND instr(slug || title || coalesce(tags_json, '') || body, ?) ORDER BY slug`,
          )
          .pluck()
          .all(word),
      )
    expect(app.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  test('is whole after a rebuild', async () => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': entry('alpha'), 'rfcs/beta.md': entry('beta') })
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'Pendulum' }), 'rfcs/beta.md': null })
    await story.copy.reconcile({ rebuild: true })
    const db = application(story.copy.file)
    check(db)
    expect([found(db, 'pendulum'), found(db, 'beta')]).toEqual([['alpha'], []])
  })

  test.each([
    ['emptied', `INSERT INTO rfcs_search (rfcs_search) VALUES ('delete-all')`],
    ['robbed of an RFC', `DELETE FROM rfcs_indexed WHERE slug = 'alpha'`],
    ['robbed of its words', 'DELETE FROM rfcs_search_data WHERE id > 10; DELETE FROM rfcs_search_idx'],
    ['told what no RFC says', `INSERT INTO rfcs_search (rowid, slug, title) VALUES (1, 'alpha', 'mallory')`],
  ])('equals the rows again after a rebuild when somebody had it %s', async (_, tampering) => {
    await using live = await startLiveService()
    const hand = application(live.store.file)
    hand.unsafeMode(true) // as most programs have it, SQLite lets its own tables be written
    hand.exec(tampering)
    live.loseWebhooks()
    live.world.commit('rfcs/alpha', 'main', { 'RFC.md': '# Pendulum\n' })
    expect(await live.run('rebuild')).toMatchObject({ status: 'completed' })
    const db = application(live.store.file)
    check(db)
    const queries = ['title: alpha', 'pendulum', 'title: beta', 'mallory']
    expect(queries.map((query) => found(db, query))).toEqual([['alpha'], ['alpha'], ['beta'], []])
    expect(live.store.backfills.byName('search-index')).toMatchObject({ status: 'completed', done: 4, total: 4 })
  })
})

describe.skipIf(pythonSqlite === null)(`with the system's Python (SQLite ${pythonSqlite}) an application`, () => {
  test('searches', async () => {
    const { file, app } = mirrored()
    app.prepare(insert).run('a', 'The clock', '[]', 'gears', null)
    expect(await python(file, `SELECT slug FROM rfcs_search WHERE rfcs_search MATCH 'clock' ORDER BY rank`)).toEqual([
      [['a']],
    ])
    await python(file, `INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('integrity-check', 1)`)
  })

  test('whose SQLite has no FTS5 reads and writes as before', async () => {
    const { file, app, write } = mirrored()
    createActions(app)
    write({})
    app.prepare(insert).run('a', 'The clock', '[]', 'gears', null)
    app.unsafeMode(true)
    app.exec(
      `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'USING fts5', 'USING fts_unknown') WHERE name = 'rfcs_search'`,
    )
    const act = `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of) VALUES ('propose_rfc', 'a', 7, 'alice')`
    await expect(python(file, 'SELECT slug FROM rfcs_search')).rejects.toThrow('no such module')
    expect(
      await python(
        file,
        act,
        'SELECT title FROM cached_rfcs',
        'SELECT opened_by FROM cached_prs',
        'SELECT count(*) FROM cached_branches',
      ),
    ).toEqual([[['The clock']], [['alice']], [[0]]])
    await python(file, `UPDATE cached_branches SET state = 'closed'`, 'CREATE TABLE theirs (a)', 'DROP TABLE theirs')
  })
})

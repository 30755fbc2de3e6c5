import { describe, expect, test } from 'vitest'
import { fewToDerive } from '../../src/store/backfills.ts'
import { ofRfcs } from '../../src/store/derive.ts'
import { deriveMeaning } from '../../src/store/meaning.ts'
import { act, createActions } from './application.ts'
import { application, madePath, meta, mirrored, opened } from './made.ts'

const opener = (made: ReturnType<typeof mirrored>) => made.meaning()?.opened_by

describe('the table of actions', () => {
  test('is the application’s: rfcached makes none', () => {
    const { app } = mirrored()
    expect(app.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE '%actions%'`).all()).toEqual([])
  })

  test('is mentioned in the file by nothing but triggers on it', () => {
    const { app, store } = mirrored()
    createActions(app)
    store.transaction(() => {})
    const mentions = app
      .prepare<[], { type: string; name: string; tbl_name: string; sql: string }>(
        `SELECT type, name, tbl_name, replace(sql, '''actions''', '') AS sql FROM sqlite_schema WHERE name <> 'actions'`,
      )
      .all()
      .filter(({ sql }) => /\bactions\b/.test(`${sql}`.replaceAll(/--.*/g, '')))
    expect(mentions.map(({ type, tbl_name }) => `${type} on ${tbl_name}`)).toEqual(Array(3).fill('trigger on actions'))
  })

  test('is found under whatever case the application gave its name and columns', () => {
    const made = mirrored()
    made.app.exec('CREATE TABLE Actions (ID INTEGER PRIMARY KEY, Action_Kind, RFC_Slug, PR_Number, On_Behalf_Of, Repo)')
    made.write({})
    act(made.app, { repo: 'rfcs/meta' })
    expect(opener(made)).toBe('alice')
  })

  test.each(['id', 'action_kind', 'rfc_slug', 'pr_number', 'on_behalf_of'])(
    'counts for nothing without %s',
    (missing) => {
      const made = mirrored()
      createActions(made.app, { repo: false, createdAt: false })
      made.app.exec(`ALTER TABLE actions RENAME COLUMN ${missing} TO other`)
      made.write({})
      expect(opener(made)).toBe('rfc-bot')
      made.app.exec(`ALTER TABLE actions RENAME COLUMN other TO ${missing}`)
      act(made.app)
      made.store.transaction(() => {})
      expect(opener(made)).toBe('alice')
    },
  )

  test('may be a view, of which nothing is taken', () => {
    const made = mirrored()
    made.app.exec(
      `CREATE VIEW actions AS SELECT 1 AS id, 'propose_rfc' AS action_kind, 'a' AS rfc_slug, 7 AS pr_number, 'x' AS on_behalf_of`,
    )
    made.write({})
    expect(opener(made)).toBe('rfc-bot')
  })

  test.each([[Buffer.alloc(0)], [Buffer.from([0xff])]])('names nobody where on_behalf_of is the blob %j', (blob) => {
    const made = mirrored()
    createActions(made.app)
    made.write({})
    act(made.app, { on_behalf_of: blob })
    expect(opener(made)).toBe('rfc-bot')
  })
})

describe('what the application changes in the schema', () => {
  test('is seen by our next write, also when a write of ours failed in between', () => {
    const made = mirrored()
    createActions(made.app, { repo: false, createdAt: false })
    made.write({})
    act(made.app)
    made.app.exec('ALTER TABLE actions ADD COLUMN repo TEXT')
    const fails = () =>
      made.store.transaction(() => {
        throw new Error('no')
      })
    expect(fails).toThrow('no')
    const triggers = made.app.prepare(
      `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'actions'`,
    )
    // As many steps of the schema as our triggers took, so that its version comes out the same.
    for (let step = 0; step < 6; step++) made.app.exec(`CREATE TABLE step${step} (a)`)
    made.app.exec(`UPDATE actions SET repo = 'rfcs/a'`)
    made.store.transaction(() => {})
    expect(opener(made)).toBe('rfc-bot')
    expect(triggers.pluck().get()).toBe(3)
  })

  test('while rfcached does not run is seen when it opens the file', () => {
    const made = mirrored()
    createActions(made.app)
    act(made.app)
    made.write({})
    expect(opener(made)).toBe('alice')
    made.store[Symbol.dispose]()
    made.app.exec('DROP TABLE actions')
    opened(made.file)
    expect(opener(made)).toBe('rfc-bot')
  })

  test('derives nothing where it is not about actions, so that a tampered row stays for a verify to find', () => {
    const made = mirrored()
    createActions(made.app)
    act(made.app)
    made.write({})
    made.store[Symbol.dispose]()
    made.app.exec(
      `UPDATE cached_prs SET opened_by = 'mallory'; CREATE TABLE theirs (a); ALTER TABLE actions ADD COLUMN theirs`,
    )
    const { changes } = opened(made.file)
    const before = changes.latest()
    opened(made.file).transaction(() => {})
    expect([opener(made), changes.latest()]).toEqual(['mallory', before])
  })

  test.each([
    ['a trigger of ours was away', ''],
    ['all of them were away', 'DROP TRIGGER rfcached_actions_update; DROP TRIGGER rfcached_actions_delete;'],
  ])('loses no action that was written while %s', (_, more) => {
    const made = mirrored()
    createActions(made.app)
    made.write({})
    made.store[Symbol.dispose]()
    made.app.exec(`DROP TRIGGER rfcached_actions_insert; ${more}`)
    act(made.app)
    opened(made.file)
    expect(opener(made)).toBe('alice')
  })

  test('loses no action that a table made anew under the name has, though our triggers are put on it as they were', () => {
    const made = mirrored()
    createActions(made.app)
    made.write({})
    const triggers = made.app
      .prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'actions'`)
      .pluck()
      .all()
    made.app.exec('CREATE TABLE renewed AS SELECT * FROM actions')
    made.app.exec(`INSERT INTO renewed (id, action_kind, rfc_slug, pr_number, on_behalf_of) VALUES (1, 'propose_rfc', 'a', 7, 'alice');
      DROP TABLE actions; ALTER TABLE renewed RENAME TO actions; ${triggers.join(';')}`)
    expect(opener(made)).toBe('rfc-bot')
    made.store.transaction(() => {})
    expect(opener(made)).toBe('alice')
  })
})

test('what pulls of some RFCs mean looks through actions without an index once, not for each pull there is', () => {
  const made = mirrored()
  createActions(made.app)
  made.write(...Array.from({ length: 300 }, (_, at) => ({ pr_number: at + 1 })))
  const plan = made.app
    .prepare<{ repo: string; slugs: string }, { detail: string }>(
      `EXPLAIN QUERY PLAN ${deriveMeaning({ repo: true, createdAt: true }, ofRfcs)}`,
    )
    .all({ repo: meta, slugs: '["a","b","c"]' })
  const joins = plan.map(({ detail }) => detail).filter((line) => /^(SCAN|SEARCH) [ab]\b/.test(line))
  const found = expect.stringMatching(/^SEARCH .*\(rfc_slug=\? AND pr_number=\?\)$/)
  expect(joins).toEqual([expect.any(String), found, expect.any(String), found])
})

describe('what many pulls mean', () => {
  const many = fewToDerive + 1
  const of = (made: ReturnType<typeof mirrored>, who: string) =>
    made.app.prepare<[string], number>('SELECT count(*) FROM cached_prs WHERE opened_by = ?').pluck().get(who)
  const derive = (made: ReturnType<typeof mirrored>) =>
    made.store.backfills.all().find(({ name }) => name === 'derive-pulls')
  /** Pulls that an application opened for alice, and noted before we knew its table. */
  const imported = (count: number) => {
    const made = mirrored()
    made.write(...Array.from({ length: count }, (_, at) => ({ pr_number: at + 1 })))
    createActions(made.app)
    made.app.exec(`INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of)
      SELECT 'propose_rfc', rfc_slug, pr_number, 'alice' FROM cached_prs`)
    made.store.transaction(() => {})
    return made
  }

  test('when the schema moves is left to the backfill, so that nobody waits for all; of few it is seen at once', () => {
    const few = imported(fewToDerive)
    expect([of(few, 'alice'), derive(few)?.status]).toEqual([fewToDerive, 'completed'])
    const made = imported(many)
    expect([of(made, 'alice'), derive(made)]).toEqual([0, expect.objectContaining({ status: 'pending', job_id: null })])
    act(made.app, { on_behalf_of: 'bob', pr_number: 1, id: 0 })
    expect(of(made, 'bob')).toBe(1)
  })

  test('is not derived again by whoever opens the file while its actions stay what they are', () => {
    const made = imported(many)
    const done = () => {
      made.store.transaction(() => {
        made.store.backfills.begin('derive-pulls', { last: many, total: many }, '')
        made.store.backfills.complete('derive-pulls', '')
      })
    }
    done()
    opened(made.file)
    expect(derive(made)?.status).toBe('completed')
    made.app.exec('CREATE TABLE theirs (a)')
    opened(made.file)
    expect(derive(made)?.status).toBe('completed')
    made.app.exec('ALTER TABLE actions RENAME COLUMN repo TO other')
    opened(made.file)
    expect(derive(made)?.status).toBe('pending')
    done()
    opened(made.file)
    expect(derive(made)?.status).toBe('completed')
  })

  test('comes to be owed again while the backfill runs, which is not complete then', () => {
    const made = imported(many)
    const { backfills } = made.store
    made.store.transaction(() => backfills.begin('derive-pulls', { last: many, total: many }, ''))
    made.app.exec('ALTER TABLE actions RENAME COLUMN repo TO other')
    made.store.transaction(() => backfills.advance('derive-pulls', many, many, ''))
    made.store.transaction(() => backfills.complete('derive-pulls', ''))
    expect(derive(made)).toMatchObject({ status: 'pending', last_key: null })
  })

  test('is owed of an old file too', () => {
    const made = imported(many)
    made.app.exec(`DELETE FROM backfills WHERE name = 'derive-pulls'`)
    opened(made.file)
    expect(derive(made)?.status).toBe('pending')
  })
})

test('the application’s own tables, views and triggers are left alone', () => {
  const file = madePath()
  const theirs = `CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT);
    CREATE TABLE stars (user_id REFERENCES users (id), rfc_slug REFERENCES cached_rfcs (slug));
    CREATE INDEX stars_by_rfc ON stars (rfc_slug);
    CREATE TRIGGER users_gone AFTER DELETE ON users BEGIN DELETE FROM stars WHERE user_id = OLD.id; END;
    INSERT INTO users (login) VALUES ('alice');`
  const app = application(file, theirs)
  const schema = () =>
    app
      .prepare(`SELECT * FROM sqlite_schema WHERE name IN ('users', 'stars', 'stars_by_rfc', 'users_gone', 'open_prs')`)
      .all()
  const store = opened(file)
  app.exec(`CREATE VIEW open_prs AS SELECT * FROM cached_prs WHERE state = 'open'`)
  createActions(app)
  const before = JSON.stringify(schema())
  store.transaction(() => {})
  store[Symbol.dispose]()
  opened(file)
  expect(JSON.stringify(schema())).toBe(before)
  expect(app.prepare('SELECT login FROM users').all()).toEqual([{ login: 'alice' }])
  expect(app.prepare('SELECT count(*) AS n FROM open_prs').all()).toEqual([{ n: 0 }])
})

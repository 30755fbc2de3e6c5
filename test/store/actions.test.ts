import { describe, expect, test } from 'vitest'
import { act, createActions } from './application.ts'
import { application, madePath, mirrored, opened } from './made.ts'

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

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import type { Store } from '../../src/store/store.ts'
import { act } from './application.ts'
import { fillAsBefore, formerQuestions, formerTables } from './former.ts'
import { application, madePath, opened, own, pullRow, repoRow } from './made.ts'

/** The application's file from before, with more of its own. */
function former(more = '') {
  const file = madePath()
  const app = application(file, formerTables)
  fillAsBefore(app)
  app.exec(more)
  return { file, app }
}

/** What a whole sweep brings: the RFC a, its branches main and x, its pull 7. */
function fill(store: Store): void {
  store.transaction(() => {
    store.repos.upsert(repoRow(2, { full_name: own }))
    store.repos.follow(2, 'a')
    const nothing = { rfc_id: null, proposed_by: null, proposed_at: null, graduated_at: null, graduated_by: null }
    const lists = { owners_json: '[]', arbiters_json: '[]', tags_json: '[]' }
    const entry = { slug: 'a', title: 'A', state: 'active', repo: own, body: 'b', ...nothing, ...lists }
    store.entryFiles.writeGood('rfcs/a.md', 'blob', entry, null)
    store.entryFiles.settle('rfcs/a.md', true, null)
    store.rfcs.project('a', '2026-11-22T10:00:00Z')
    for (const branch_name of ['main', 'x'])
      store.branches.upsert({ rfc_slug: 'a', repo: own, branch_name, head_sha: 'h', last_commit_at: null })
    store.pulls.write(own, [{ row: pullRow({ repo: own, pr_kind: 'rfc_branch' }), supersedes: [] }])
  })
}

describe('an application’s own cached_* tables, when they are adopted,', () => {
  test('are set aside whole, and ours answer its questions', () => {
    const { file, app } = former()
    const before = formerQuestions.map((question) => app.prepare(question).all().length)
    fill(opened(file, { adopt: true }))
    expect(app.prepare('SELECT slug FROM before_rfcached_cached_rfcs').pluck().all()).toEqual(['a'])
    expect(app.prepare('SELECT count(*) FROM before_rfcached_cached_branches').pluck().get()).toBe(2)
    expect(app.prepare('SELECT count(*) FROM before_rfcached_cached_prs').pluck().get()).toBe(1)
    expect(formerQuestions.map((question) => app.prepare(question).all().length)).toEqual(before)
  })

  test('leave its foreign keys to cached_rfcs working', () => {
    const { file, app } =
      former(`CREATE TABLE watches (login TEXT, rfc_slug TEXT NOT NULL REFERENCES cached_rfcs (slug));
      INSERT INTO watches VALUES ('alice', 'a');`)
    const sql = app.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'watches'`).pluck()
    const before = sql.get()
    fill(opened(file, { adopt: true }))
    expect(sql.get()).toBe(before)
    expect(app.pragma('foreign_key_check')).toEqual([])
    app.exec(`INSERT INTO watches VALUES ('bob', 'a')`)
    expect(() => app.exec(`INSERT INTO watches VALUES ('bob', 'none')`)).toThrow('FOREIGN KEY')
  })

  test('leave its other foreign keys, views and rows alone', () => {
    const { file, app } =
      former(`CREATE TABLE notes (repo TEXT, pr_number INTEGER, text TEXT, FOREIGN KEY (repo, pr_number) REFERENCES cached_prs (repo, pr_number));
      INSERT INTO notes VALUES ('rfcs/a', 7, 'nice');
      CREATE VIEW open_prs AS SELECT * FROM cached_prs WHERE state = 'open';`)
    act(app, { action_kind: 'open_branch_pr' })
    fill(opened(file, { adopt: true }))
    expect(app.pragma('foreign_key_check')).toEqual([])
    expect(app.prepare('SELECT repo, opened_by, upstream_state FROM open_prs').all()).toEqual([
      { repo: own, opened_by: 'alice', upstream_state: 'open' },
    ])
    expect(app.prepare('SELECT count(*) FROM actions').pluck().get()).toBe(1)
  })

  test('fault 30: hand over the branches that were closed, once', () => {
    const { file, app } = former(`UPDATE cached_branches SET state = 'closed' WHERE branch_name = 'x'`)
    const store = opened(file, { adopt: true })
    fill(store)
    const states = app.prepare('SELECT branch_name, state FROM cached_branches ORDER BY 1').raw()
    expect(store.adoptClosed()).toBe(1)
    expect(states.all()).toEqual([
      ['main', 'open'],
      ['x', 'closed'],
    ])
    app.exec(`UPDATE cached_branches SET state = 'open'`)
    expect(store.adoptClosed()).toBe(0)
    expect(states.all()).toContainEqual(['x', 'open'])
  })

  test('hand over all of that or nothing', () => {
    const { file, app } = former(`UPDATE cached_branches SET state = 'closed'`)
    const store = opened(file, { adopt: true })
    fill(store)
    app.exec(`CREATE TRIGGER fails BEFORE DELETE ON settings BEGIN SELECT RAISE (ABORT, 'the process dies'); END`)
    expect(() => store.adoptClosed()).toThrow('the process dies')
    expect(app.prepare('SELECT DISTINCT state FROM cached_branches').pluck().all()).toEqual(['open'])
  })

  test('may be fewer than ours', () => {
    const file = madePath()
    application(file, 'CREATE TABLE cached_rfcs (slug TEXT PRIMARY KEY)')
    const store = opened(file, { adopt: true })
    fill(store)
    expect(store.adoptClosed()).toBe(0)
  })
})

describe('adoption is refused, with nothing changed and the table named,', () => {
  test.each([
    ['to the old key of cached_branches', 'FOREIGN KEY (s, b) REFERENCES cached_branches (rfc_slug, branch_name)'],
    ['to cached_branches without its columns', 'FOREIGN KEY (s, b) REFERENCES cached_branches'],
    ['to an id that ours have not', 'FOREIGN KEY (n) REFERENCES cached_prs (id)'],
    ['to whatever key cached_prs had', 'FOREIGN KEY (n) REFERENCES cached_prs'],
    ['to half of our key', 'FOREIGN KEY (s) REFERENCES Cached_PRs (repo)'],
  ])('when a foreign key refers %s', (_, key) => {
    const { file, app } = former(`CREATE TABLE drafts (s TEXT, b TEXT, n INTEGER, ${key})`)
    app.close()
    const before = readFileSync(file)
    expect(() => opened(file, { adopt: true })).toThrow(ConfigError)
    expect(() => opened(file, { adopt: true })).toThrow(
      /The table drafts has a foreign key to a key of cached_(branches|prs)/,
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('when a foreign key among the adopted tables would trouble ours', () => {
    const file = madePath()
    application(
      file,
      `CREATE TABLE cached_branches (rfc_slug TEXT, branch_name TEXT, PRIMARY KEY (rfc_slug, branch_name));
       CREATE TABLE cached_prs (repo TEXT, pr_number INTEGER, s TEXT, b TEXT, FOREIGN KEY (s, b) REFERENCES cached_branches)`,
    )
    expect(() => opened(file, { adopt: true })).toThrow(
      /The table cached_prs has a foreign key to a key of cached_branches/,
    )
  })
})

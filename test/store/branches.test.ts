import { describe, expect, test } from 'vitest'
import { meta, mirrored, own } from './made.ts'

const at = '2026-11-01T00:00:00Z'

function branched() {
  const made = mirrored()
  const { store, app } = made
  const key = { rfc_slug: 'a', branch_name: 'x' }
  return {
    ...made,
    upsert: (head_sha = 'h1', repo = own, branch_name = 'x') =>
      store.transaction(() => store.branches.upsert({ ...key, branch_name, repo, head_sha, last_commit_at: at })),
    bury: (repo = own) => store.transaction(() => store.branches.bury(repo, key)),
    close: () => app.exec(`UPDATE cached_branches SET state = 'closed'`),
    state: (repo = own) =>
      app.prepare('SELECT state FROM cached_branches WHERE repo = ? AND branch_name = ?').pluck().get(repo, 'x'),
  }
}

describe('a branch', () => {
  test('fault 53: is written only where it differs', () => {
    const { upsert, store } = branched()
    upsert()
    const before = store.changes.latest()
    upsert()
    expect(store.changes.latest()).toBe(before)
    upsert('h2')
    expect(store.changes.latest()).toBe(before + 1)
  })

  test('fault 30: that the application closed stays closed while it lives, also when its head moves', () => {
    const { upsert, close, state } = branched()
    upsert()
    close()
    upsert()
    expect(state()).toBe('closed')
    upsert('h2')
    expect(state()).toBe('closed')
  })

  test('fault F20: that was deleted and made anew is open, though its head is the same', () => {
    const { upsert, bury, close, state } = branched()
    upsert()
    close()
    bury()
    expect(state()).toBe('deleted')
    upsert()
    expect(state()).toBe('open')
  })

  test('whose state nobody writes, as a broken page has it, is open again', () => {
    const { upsert, app, state } = branched()
    upsert()
    app.exec(`PRAGMA ignore_check_constraints = ON; UPDATE cached_branches SET state = 'opfn'`)
    upsert()
    expect(state()).toBe('open')
  })

  test('fault 31: of one name in two repositories is two', () => {
    const { upsert, bury, state } = branched()
    upsert('h1', own)
    upsert('h2', meta)
    bury(own)
    expect([state(own), state(meta)]).toEqual(['deleted', 'open'])
  })

  test('of a repository that is followed no more is deleted, and said so once', () => {
    const { upsert, store, state } = branched()
    upsert()
    const before = store.changes.latest()
    for (let twice = 0; twice < 2; twice++) store.transaction(() => store.branches.buryRepo(own))
    expect([state(), store.changes.latest()]).toEqual(['deleted', before + 1])
  })
})

describe('fault 33: the main row of meta', () => {
  const mains = (state: string, removed_at: string | null = null) => {
    const made = branched()
    made.app
      .prepare(
        `INSERT INTO cached_rfcs (slug, title, state, body, body_sha, updated_at, entry_path, entry_body, entry_sha, removed_at)
         VALUES ('a', 'A', ?, '', '', '', '', '', '', ?)`,
      )
      .run(state, removed_at)
    made.upsert('h1', meta, 'main')
    made.upsert('h1', own, 'main')
    made.upsert('h1', meta, 'x')
    made.store.transaction(() => made.store.branches.removeMain(meta))
    return made.app.prepare(`SELECT repo, branch_name FROM cached_branches ORDER BY 1, 2`).raw().all()
  }
  const others = [
    ['rfcs/a', 'main'],
    ['rfcs/meta', 'x'],
  ]

  test('stays for a super-draft', () => {
    expect(mains('super-draft')).toContainEqual(['rfcs/meta', 'main'])
  })

  test('really goes, and it alone, when the entry is a super-draft no more or gone', () => {
    expect(mains('active')).toEqual(others)
    expect(mains('super-draft', at)).toEqual(others)
  })
})

test('the super-drafts are the entries that are there and say so', () => {
  const { app, store } = mirrored()
  const insert = app.prepare(
    `INSERT INTO cached_rfcs (slug, title, state, body, body_sha, updated_at, entry_path, entry_body, entry_sha, removed_at)
     VALUES (?, 'A', ?, '', '', '', '', '', '', ?)`,
  )
  insert.run('a', 'super-draft', null)
  insert.run('b', 'super-draft', at)
  insert.run('c', 'active', null)
  insert.run('d', null, null)
  expect(store.branches.superDrafts()).toEqual(['a'])
})

import { describe, expect, test } from 'vitest'
import { countMoved } from '../../src/store/changes.ts'
import { meta, mirrored } from './made.ts'

/** What a story of words about one row comes to. */
function sum(...ops: string[]) {
  const { store, app } = mirrored()
  const before = store.changes.latest()
  const tell = app.prepare(`INSERT INTO changes (table_name, key, op) VALUES ('cached_prs', 'rfcs/meta#7', ?)`)
  for (const op of ops) tell.run(op)
  return store.changes.since(before).map(({ op }) => op)
}

describe('what moved since a number is a word a row', () => {
  test.each([
    [['new'], ['new']],
    [['new', 'changed', 'changed'], ['new']],
    [['changed', 'changed'], ['changed']],
    [['changed', 'gone'], ['gone']],
    [['changed', 'new'], ['new']],
    [['new', 'gone'], []],
    [['new', 'changed', 'gone'], []],
    [['gone', 'new'], ['changed']],
    [['gone', 'new', 'changed'], ['changed']],
    [['gone', 'new', 'gone'], ['gone']],
  ])('%j comes to %j', (story, word) => {
    expect(sum(...story)).toEqual(word)
  })

  test('and is counted by table', () => {
    const { store, write } = mirrored()
    const before = store.changes.latest()
    write({}, { pr_number: 8 })
    expect(countMoved(store.changes.since(before))).toEqual({
      cached_rfcs: { new: 0, changed: 0, gone: 0 },
      cached_branches: { new: 0, changed: 0, gone: 0 },
      cached_prs: { new: 2, changed: 0, gone: 0 },
    })
  })
})

test('a row that was deleted is not new again because its repository gets another name', () => {
  const { store, write } = mirrored()
  write({ pr_number: 1 }, { pr_number: 2 })
  store.transaction(() => {
    const branch = {
      rfc_slug: 'a',
      repo: meta,
      branch_name: 'edit/a/1',
      head_sha: '1'.repeat(40),
      last_commit_at: null,
    }
    store.branches.upsert(branch)
    store.branches.bury(meta, branch)
    store.pulls.bury(meta, [1])
  })
  const before = store.changes.latest()
  store.transaction(() => store.repos.rename(1, meta, 'rfcs/renamed'))
  const said = store.changes.page(before, 10).changes.map(({ key, op }) => `${op} ${key}`)
  expect(said.filter((line) => line.startsWith('new'))).toEqual(['new rfcs/renamed#2'])
})

describe('a page of the feed', () => {
  test('begins after a number and goes on where it ended', () => {
    const { store, write } = mirrored()
    const start = store.changes.latest()
    write({ pr_number: 1 }, { pr_number: 2 }, { pr_number: 3 })
    const first = store.changes.page(start, 2)
    expect(first.changes.map(({ key, op }) => `${op} ${key}`)).toEqual(['new rfcs/meta#1', 'new rfcs/meta#2'])
    const rest = store.changes.page(first.changes.at(-1)?.seq ?? 0, 2)
    expect(rest.changes.map(({ key }) => key)).toEqual(['rfcs/meta#3'])
    expect(rest).toMatchObject({ latest: rest.changes[0]?.seq, forgotten: false })
  })

  test('says when something before it is forgotten', () => {
    const { store, app, write } = mirrored()
    const start = store.changes.latest()
    write({ pr_number: 1 }, { pr_number: 2 })
    app.exec("UPDATE changes SET at = 1000 WHERE key = 'rfcs/meta#1'")
    expect(store.changes.prune(2_000_000, 100)).toBe(1)
    expect(store.changes.page(start, 10)).toMatchObject({ forgotten: true, changes: [{ key: 'rfcs/meta#2' }] })
    expect(store.changes.page(start + 1, 10)).toMatchObject({ forgotten: false })
    expect(store.changes.prune(2_000_000, 100)).toBe(0)
    expect(store.changes.latest()).toBe(start + 2)
  })
})

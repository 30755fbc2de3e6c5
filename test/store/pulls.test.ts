import { describe, expect, test } from 'vitest'
import { meta, mirrored, own, pullRow } from './made.ts'

describe('a pull', () => {
  test('fault 28: is replaced whole: retitled, retargeted, of another kind or RFC', () => {
    const { app, write } = mirrored()
    write({})
    const other = pullRow({
      rfc_slug: 'b',
      pr_kind: 'meta_claim',
      title: 'T2',
      description: 'D2',
      opened_at: '2026-01-01T00:00:00Z',
      merged_at: '2026-01-02T00:00:00Z',
      head_branch: 'claim/b',
      base_branch: 'trunk',
      head_sha: 'h2',
      merge_commit_sha: 'm2',
      upstream_state: 'merged',
      upstream_closed_at: '2026-01-03T00:00:00Z',
      upstream_updated_at: '2026-01-04T00:00:00Z',
      opener_login: 'bob',
      opener_is_bot: 0,
      from_fork: 1,
    })
    write(other)
    expect(app.prepare('SELECT * FROM cached_prs').get()).toMatchObject(other)
    write({})
    expect(app.prepare('SELECT * FROM cached_prs').get()).toMatchObject(pullRow())
  })

  test('fault 44: and its derived columns are seen together', () => {
    const { app, write, meaning } = mirrored()
    write({
      opener_login: 'bob',
      opener_is_bot: 0,
      upstream_state: 'closed',
      upstream_closed_at: '2026-01-01T00:00:00Z',
    })
    expect(meaning()).toEqual({
      state: 'closed',
      opened_by: 'bob',
      opened_by_source: 'login',
      superseded_by_pr_number: null,
      closed_at: '2026-01-01T00:00:00Z',
    })
    expect(app.prepare('SELECT count(*) FROM cached_prs').pluck().get()).toBe(1)
  })

  test('fault 25: that is gone is deleted, stays, and comes back', () => {
    const { store, write, meaning } = mirrored()
    write({}, { pr_number: 8 })
    store.transaction(() => store.pulls.bury(meta, [7, 99]))
    expect([meaning(7)?.state, meaning(8)?.state]).toEqual(['deleted', 'open'])
    expect(store.pulls.live(meta).map(({ pr_number }) => pr_number)).toEqual([8])
    write({})
    expect(meaning(7)?.state).toBe('open')
  })

  test('fault 8: of one number in two repositories is two', () => {
    const { write, store, meaning } = mirrored()
    write({})
    write({ repo: own, pr_kind: 'rfc_branch' })
    store.transaction(() => store.pulls.buryRepo(own))
    expect([meaning(7, meta)?.state, meaning(7, own)?.state]).toEqual(['open', 'deleted'])
  })

  test('gets another head without being read again', () => {
    const { app, write, store } = mirrored()
    write({ head_sha: 'h1' })
    store.transaction(() => store.pulls.setHead(meta, 7, 'h2'))
    expect(app.prepare('SELECT head_sha FROM cached_prs').pluck().get()).toBe('h2')
  })
})

test('fault 44: a write that fails leaves nothing behind', () => {
  const { store, app } = mirrored()
  const before = store.changes.latest()
  expect(() =>
    store.transaction(() => {
      store.pulls.write(meta, [{ row: pullRow(), supersedes: [1, 2] }])
      throw new Error('the process dies')
    }),
  ).toThrow('the process dies')
  expect(app.prepare('SELECT count(*) FROM cached_prs').pluck().get()).toBe(0)
  expect(store.changes.latest()).toBe(before)
})

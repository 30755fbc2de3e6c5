import { describe, expect, test } from 'vitest'
import { meta, mirrored, own, repoRow } from './made.ts'

describe('a repository', () => {
  test('fault 42: is found by its name in any case, and by an old name that leads to it', () => {
    const { store } = mirrored()
    expect(store.repos.byName('RFCS/A')?.id).toBe(2)
    store.transaction(() => store.repos.lead('rfcs/old', 2))
    expect(store.repos.byName('RFCS/Old')?.id).toBe(2)
    expect(store.repos.byName('rfcs/none')).toBeNull()
    store.transaction(() => store.repos.lead('rfcs/old', null))
    expect(store.repos.byName('rfcs/old')).toBeNull()
  })

  test('fault F25: made anew under an old name wins over where that name led', () => {
    const { store } = mirrored()
    store.transaction(() => {
      store.repos.lead('rfcs/old', 2)
      store.repos.upsert(repoRow(3, { full_name: 'rfcs/old' }))
    })
    expect(store.repos.byName('rfcs/old')?.id).toBe(3)
  })

  test('fault 42: takes its rows along when it is renamed', () => {
    const { store, app, write, meaning } = mirrored()
    const branch = { repo: own, pr_kind: 'rfc_branch' as const }
    write({ ...branch }, { ...branch, pr_number: 9, upstream_state: 'merged', supersedes: [7] })
    store.transaction(() => {
      store.branches.upsert({ rfc_slug: 'a', repo: own, branch_name: 'x', head_sha: 'h', last_commit_at: null })
      store.repos.rename(2, own, 'rfcs/new')
      store.deriveAll()
    })
    expect(meaning(7, 'rfcs/new')).toMatchObject({ state: 'closed', superseded_by_pr_number: 9 })
    expect(app.prepare('SELECT DISTINCT repo FROM cached_branches').pluck().all()).toEqual(['rfcs/new'])
    expect(store.repos.byId(2)).toMatchObject({ full_name: 'rfcs/new', rfc_slug: 'a' })
  })

  test('keeps what is held of it when the listing says something else', () => {
    const { store } = mirrored()
    const held = { id: 2, tip: 't', tip_at: null, document_body: 'd', document_sha: 's' }
    store.transaction(() => {
      store.repos.hold(held)
      store.repos.upsert(repoRow(2, { full_name: own, default_branch: 'trunk', private: 1 }))
    })
    expect(store.repos.byId(2)).toMatchObject({ ...held, rfc_slug: 'a', default_branch: 'trunk', private: 1 })
  })

  test('that is let go holds nothing any more', () => {
    const { store } = mirrored()
    store.transaction(() => {
      store.repos.hold({ id: 2, tip: 't', tip_at: 'a', document_body: 'd', document_sha: 's' })
      store.repos.readPulls(2, 'w', 0)
      store.repos.holdDates(2)
      store.repos.letGo(2)
    })
    expect(store.repos.byId(2)).toMatchObject({
      rfc_slug: null,
      tip: null,
      tip_at: null,
      document_body: null,
      document_sha: null,
      dates_held: 0,
      pulls_since: null,
    })
  })

  test('fault 41: follows one RFC, and no RFC is followed by two', () => {
    const { store } = mirrored()
    store.transaction(() => store.repos.upsert(repoRow(3)))
    expect(() => store.transaction(() => store.repos.follow(3, 'a'))).toThrow('UNIQUE')
  })

  test('that is dropped takes the names along that led to it', () => {
    const { store, app } = mirrored()
    store.transaction(() => {
      store.repos.lead('rfcs/old', 2)
      store.repos.drop(2)
    })
    expect(app.prepare('SELECT count(*) FROM repo_names').pluck().get()).toBe(0)
  })
})

test('the meta repository is the one the listing calls so', () => {
  expect(mirrored().store.repos.meta()?.full_name).toBe(meta)
})

import { describe, expect, test } from 'vitest'
import { act, createActions } from './application.ts'
import { meta, mirrored, own, repoRow } from './made.ts'

const opener = (made: ReturnType<typeof mirrored>, number = 7, repo = meta) => {
  const { opened_by, opened_by_source } = made.meaning(number, repo) ?? {}
  return `${opened_by} by ${opened_by_source}`
}

/** A pull of the bot that tells of trudy in a trailer, and the actions the application logged. */
function opened(actions: Record<string, unknown>[], pull = {}, columns = {}) {
  const made = mirrored()
  createActions(made.app, columns)
  made.write({ trailer_actor: 'trudy', ...pull })
  for (const action of actions) act(made.app, action)
  return made
}

describe('a pull is opened by', () => {
  test('its opener when that is not the bot, whatever actions and trailers say', () => {
    const made = opened([{}], { opener_login: 'bob', opener_is_bot: 0, trailer_actor: null })
    expect(opener(made)).toBe('bob by login')
  })

  test('fault 6: Ghost when its user was deleted', () => {
    expect(opener(opened([{}], { opener_login: 'Ghost', opener_is_bot: 0 }))).toBe('Ghost by login')
  })

  test('whom its opening action names, before its trailer', () => {
    expect(opener(opened([{}]))).toBe('alice by actions')
  })

  test('fault 5: whom its trailer names where no action does', () => {
    expect(opener(opened([]))).toBe('trudy by trailer')
  })

  test('the bot where nobody is named', () => {
    expect(opener(opened([], { trailer_actor: null }))).toBe('rfc-bot by bot')
  })

  test('the bot while there is no table of actions', () => {
    const made = mirrored()
    made.write({})
    expect(opener(made)).toBe('rfc-bot by bot')
  })
})

describe('an opening action is the pull’s', () => {
  test.each([
    ['propose_rfc', 'idea'],
    ['open_body_edit_pr', 'meta_body_edit'],
    ['open_claim_pr', 'meta_claim'],
    ['open_metadata_pr', 'meta_metadata'],
    ['open_branch_pr', 'rfc_branch'],
  ] as const)('when %s opened what is %s', (action_kind, pr_kind) => {
    expect(opener(opened([{ action_kind }], { pr_kind }))).toBe('alice by actions')
  })

  test('fault 8: not when it names no repository and opens another kind', () => {
    expect(opener(opened([{ action_kind: 'open_branch_pr' }]))).toBe('trudy by trailer')
    expect(opener(opened([{ action_kind: 'open_branch_pr' }], {}, { repo: false }))).toBe('trudy by trailer')
  })

  test('whatever it opens, when it names this repository', () => {
    expect(opener(opened([{ action_kind: 'open_body_edit_pr', repo: 'RFCS/Meta' }]))).toBe('alice by actions')
  })

  test('fault 8: not when it names another repository we know', () => {
    expect(opener(opened([{ repo: own }]))).toBe('trudy by trailer')
  })

  test.each([null, '', 'rfcs/unknown', 'meta', 'rfcs/b'])('by its kind, when its repository is %j', (repo) => {
    const made = opened([{ repo }])
    made.store.transaction(() => made.store.repos.upsert(repoRow(3, { full_name: 'rfcs/b' })))
    expect(opener(made)).toBe('alice by actions')
  })

  test.each([
    { rfc_slug: 'b' },
    { rfc_slug: null },
    { pr_number: 8 },
    { pr_number: null },
    { action_kind: 'merge_pr' },
  ])('not when it says %j', (other) => {
    expect(opener(opened([other]))).toBe('trudy by trailer')
  })

  test.each([null, ''])('not when it is on behalf of %j', (on_behalf_of) => {
    expect(opener(opened([{ on_behalf_of }]))).toBe('trudy by trailer')
    expect(opener(opened([{ on_behalf_of }, { on_behalf_of: 'carol' }]))).toBe('carol by actions')
  })

  test('fault F26: the one with the lowest id, of those that are its own', () => {
    const others = [{ repo: own, on_behalf_of: 'dave' }, { on_behalf_of: '' }]
    expect(opener(opened([...others, {}, { on_behalf_of: 'bob' }]))).toBe('alice by actions')
    expect(opener(opened([{ id: 9 }, { id: 3, on_behalf_of: 'bob' }]))).toBe('bob by actions')
  })

  test('fault F25: not when it was written more than 120 s before the pull: numbers restart in a repository made anew', () => {
    const opened_at = '2026-11-20T10:00:00Z'
    expect(opener(opened([{ created_at: '2026-11-20 09:57:59' }], { opened_at }))).toBe('trudy by trailer')
    expect(opener(opened([{ created_at: '2026-11-20 09:58:00' }], { opened_at }))).toBe('alice by actions')
    expect(opener(opened([{ created_at: '2031-01-01 00:00:00' }], { opened_at }))).toBe('alice by actions')
  })

  test('when it says no time that can be read, or Gitea none', () => {
    for (const created_at of [null, '', 'yesterday', 1763632800])
      expect(opener(opened([{ created_at }]))).toBe('alice by actions')
    expect(opener(opened([{ created_at: '1999-01-01 00:00:00' }], { opened_at: null }))).toBe('alice by actions')
  })
})

describe('fault 50: what opened_by says never flaps', () => {
  test('when the action comes after the pull, is changed, or goes', () => {
    const made = opened([])
    act(made.app)
    expect(opener(made)).toBe('alice by actions')
    made.app.exec(`UPDATE actions SET on_behalf_of = 'bob'`)
    expect(opener(made)).toBe('bob by actions')
    made.app.exec(`DELETE FROM actions`)
    expect(opener(made)).toBe('trudy by trailer')
  })

  test('when the pull comes after the action', () => {
    const made = mirrored()
    createActions(made.app)
    act(made.app)
    made.write({})
    expect(opener(made)).toBe('alice by actions')
  })

  test('when an action is moved from one pull to another', () => {
    const made = opened([{}])
    made.write({ pr_number: 8 })
    made.app.exec('UPDATE actions SET pr_number = 8')
    expect([opener(made, 7), opener(made, 8)]).toEqual(['trudy by trailer', 'alice by actions'])
  })

  test('when the pull is written again', () => {
    const made = opened([{}])
    const before = made.store.changes.latest()
    made.write({ trailer_actor: 'trudy' })
    expect(made.store.changes.latest()).toBe(before)
  })
})

describe('a repository that an action names', () => {
  test('counts from the moment it is followed, and no longer than that', () => {
    const made = opened([{ repo: 'rfcs/b' }])
    expect(opener(made)).toBe('alice by actions')
    const follow = (slug: string | null) =>
      made.store.transaction(() => {
        made.store.repos.upsert(repoRow(3, { full_name: 'rfcs/b' }))
        made.store.repos.follow(3, slug)
        made.store.deriveAll()
      })
    follow('b')
    expect(opener(made)).toBe('trudy by trailer')
    follow(null)
    expect(opener(made)).toBe('alice by actions')
  })

  test('fault 42: is the pull’s under its new name, and absent under the old one', () => {
    const made = opened([{ repo: 'rfcs/new', action_kind: 'open_claim_pr' }])
    expect(opener(made)).toBe('trudy by trailer')
    made.store.transaction(() => {
      made.store.repos.rename(1, meta, 'rfcs/new')
      made.store.deriveAll()
    })
    expect(opener(made, 7, 'rfcs/new')).toBe('alice by actions')
  })
})

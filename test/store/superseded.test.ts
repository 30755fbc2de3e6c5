import { describe, expect, test } from 'vitest'
import { act, createActions } from './application.ts'
import { mirrored, own } from './made.ts'

const merged = (merged_at: string | null) => ({ upstream_state: 'merged' as const, merged_at })
const monday = '2026-11-16T12:00:00Z'
const tuesday = '2026-11-17T12:00:00Z'

describe('an open pull that a merged one supersedes', () => {
  test('is closed since that merge', () => {
    const made = mirrored()
    made.write({ pr_number: 7 }, { pr_number: 9, ...merged(monday), supersedes: [7] })
    expect(made.meaning(7)).toMatchObject({ state: 'closed', superseded_by_pr_number: 9, closed_at: monday })
    expect(made.meaning(9)).toMatchObject({ state: 'merged', superseded_by_pr_number: null, closed_at: null })
  })

  test('fault 11: stays so, whichever of the two is written again, and nothing is said to change', () => {
    const made = mirrored()
    const [old, late] = [{ pr_number: 7 }, { pr_number: 9, ...merged(monday), supersedes: [7] }]
    made.write(old, late)
    const before = made.store.changes.latest()
    made.write(old)
    made.write(late)
    made.write(late, old)
    expect(made.store.changes.latest()).toBe(before)
  })

  test('fault 11: is superseded no more once it is merged itself, and stays merged', () => {
    const made = mirrored()
    made.write({ pr_number: 7 }, { pr_number: 9, ...merged(monday), supersedes: [7] })
    made.write({ pr_number: 7, ...merged(tuesday), upstream_closed_at: tuesday })
    expect(made.meaning(7)).toMatchObject({ state: 'merged', superseded_by_pr_number: null, closed_at: tuesday })
  })

  test('fault 11: is closed in whichever order the two come', () => {
    const made = mirrored()
    made.write({ pr_number: 9, ...merged(monday), supersedes: [7] })
    made.write({ pr_number: 7 })
    expect(made.meaning(7)).toMatchObject({ state: 'closed', superseded_by_pr_number: 9, closed_at: monday })
  })

  test('fault 13: is closed in an own repository as in meta', () => {
    const made = mirrored()
    const branch = { repo: own, pr_kind: 'rfc_branch' as const }
    made.write({ ...branch, pr_number: 1 }, { ...branch, pr_number: 2, ...merged(monday), supersedes: [1] })
    expect(made.meaning(1, own)).toMatchObject({ state: 'closed', superseded_by_pr_number: 2 })
  })

  test('is open again when the trailer is edited away, or the merged one goes', () => {
    const made = mirrored()
    const late = { pr_number: 9, ...merged(monday) }
    made.write({ pr_number: 7 }, { ...late, supersedes: [7] })
    made.write({ ...late, supersedes: [] })
    expect(made.meaning(7)).toMatchObject({ state: 'open', superseded_by_pr_number: null, closed_at: null })
    made.write({ ...late, supersedes: [7] })
    made.store.transaction(() => made.store.pulls.bury('rfcs/meta', [9]))
    expect(made.meaning(7)).toMatchObject({ state: 'open', superseded_by_pr_number: null })
  })
})

describe('fault 12: nobody supersedes', () => {
  const seven = (...others: Parameters<ReturnType<typeof mirrored>['write']>) => {
    const made = mirrored()
    made.write({ pr_number: 7 }, ...others)
    return made.meaning(7)
  }
  const free = { state: 'open', superseded_by_pr_number: null }

  test.each(['open', 'closed'] as const)('while he is %s himself', (upstream_state) => {
    expect(seven({ pr_number: 9, upstream_state, supersedes: [7] })).toMatchObject(free)
  })

  test('a pull of another RFC', () => {
    expect(seven({ pr_number: 9, rfc_slug: 'b', ...merged(monday), supersedes: [7] })).toMatchObject(free)
  })

  test('a later pull, or himself', () => {
    expect(seven({ pr_number: 5, ...merged(monday), supersedes: [7] })).toMatchObject(free)
    const made = mirrored()
    made.write({ pr_number: 7, ...merged(monday), supersedes: [7] })
    expect(made.meaning(7)).toMatchObject({ state: 'merged', superseded_by_pr_number: null })
  })

  test('a pull of another repository', () => {
    const made = mirrored()
    made.write({ pr_number: 7 })
    made.write({ repo: own, pr_kind: 'rfc_branch', pr_number: 9, ...merged(monday), supersedes: [7] })
    expect(made.meaning(7)).toMatchObject(free)
  })

  test('a merged pull', () => {
    const made = mirrored()
    made.write({ pr_number: 7, ...merged(monday) }, { pr_number: 9, ...merged(tuesday), supersedes: [7] })
    expect(made.meaning(7)).toMatchObject({ state: 'merged', superseded_by_pr_number: null, closed_at: null })
  })
})

describe('of several that supersede', () => {
  const by = (...others: Parameters<ReturnType<typeof mirrored>['write']>) => {
    const made = mirrored()
    made.write({ pr_number: 7 }, ...others.map((other) => ({ supersedes: [7], ...other })))
    return made.meaning(7)?.superseded_by_pr_number
  }

  test('the earliest merge wins, whatever its number', () => {
    expect(by({ pr_number: 8, ...merged(tuesday) }, { pr_number: 9, ...merged(monday) })).toBe(9)
  })

  test('of merges at one time the lower number wins', () => {
    expect(by({ pr_number: 9, ...merged(monday) }, { pr_number: 8, ...merged(monday) })).toBe(8)
  })

  test('a merge without a time comes last', () => {
    expect(by({ pr_number: 8, ...merged(null) }, { pr_number: 9, ...merged(tuesday) })).toBe(9)
    expect(by({ pr_number: 8, ...merged(null) })).toBe(8)
  })

  test('each of a chain supersedes only what it names', () => {
    const made = mirrored()
    made.write(
      { pr_number: 7 },
      { pr_number: 8, supersedes: [7] },
      { pr_number: 9, ...merged(monday), supersedes: [8] },
    )
    expect([7, 8].map((number) => made.meaning(number)?.state)).toEqual(['open', 'closed'])
  })
})

describe('a superseded pull that is', () => {
  const closed_at = '2026-11-15T12:00:00Z'
  const closed = { pr_number: 7, upstream_state: 'closed' as const, upstream_closed_at: closed_at }
  const late = { pr_number: 9, ...merged(monday), supersedes: [7] }

  test('closed upstream keeps its own time, and tells who superseded it', () => {
    const made = mirrored()
    made.write(closed, late)
    expect(made.meaning(7)).toMatchObject({ state: 'closed', superseded_by_pr_number: 9, closed_at })
  })

  test('withdrawn is withdrawn, and tells who superseded it', () => {
    const made = mirrored()
    createActions(made.app)
    act(made.app, { action_kind: 'withdraw_branch_pr', created_at: closed_at })
    made.write(closed, late)
    expect(made.meaning(7)).toMatchObject({ state: 'withdrawn', superseded_by_pr_number: 9, closed_at })
  })

  test('left behind by one that moves to another RFC is free of it', () => {
    const made = mirrored()
    made.write({ pr_number: 7 }, late)
    made.write({ ...late, rfc_slug: 'b' })
    expect(made.meaning(7)).toMatchObject({ state: 'open', superseded_by_pr_number: null, closed_at: null })
  })

  test('moved to another RFC is free of it, and back under it', () => {
    const made = mirrored()
    made.write({ pr_number: 7 }, late)
    made.write({ pr_number: 7, rfc_slug: 'b' })
    expect(made.meaning(7)).toMatchObject({ state: 'open', superseded_by_pr_number: null })
    made.write({ pr_number: 7 })
    expect(made.meaning(7)).toMatchObject({ state: 'closed', superseded_by_pr_number: 9 })
  })
})

test('many RFCs in one write mean what each would alone', () => {
  const made = mirrored()
  const slugs = Array.from({ length: 30 }, (_, n) => `s${n}`)
  made.write(
    ...slugs.map((rfc_slug, n) => ({ rfc_slug, pr_number: n + 1 })),
    ...slugs.map((rfc_slug, n) => ({ rfc_slug, pr_number: n + 101, ...merged(monday), supersedes: [n + 1] })),
  )
  expect(slugs.map((_, n) => made.meaning(n + 1)?.superseded_by_pr_number)).toEqual(slugs.map((_, n) => n + 101))
})

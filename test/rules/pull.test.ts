import { describe, expect, test } from 'vitest'
import { metaBelonging, pullRow, type ShownPull } from '../../src/rules/pull.ts'

function shown(other: Partial<ShownPull> = {}): ShownPull {
  return {
    number: 7,
    state: 'open',
    title: 'Propose a',
    body: 'Pitch.\n',
    opener: 'rfc-bot',
    headBranch: 'propose/a',
    isAgit: false,
    headSha: 'head',
    fromFork: false,
    base: 'main',
    createdAt: null,
    updatedAt: null,
    closedAt: null,
    mergedAt: null,
    mergeCommit: null,
    ...other,
  }
}

describe('a pull of the meta repository', () => {
  test('is whose its branch says', () => {
    expect(metaBelonging(shown(), 'main')).toEqual({ slug: 'a', kind: 'idea' })
    expect(metaBelonging(shown({ headBranch: 'claim/b' }), 'main')).toEqual({ slug: 'b', kind: 'meta_claim' })
  })

  test.each([
    ['fault 39: from a fork, though its branch is named like one of ours', { fromFork: true }],
    ['fault 39: onto another branch than the default one', { base: 'release' }],
    ['of AGit, which has no branch', { isAgit: true, headBranch: 'refs/pull/7/head' }],
    ['fault 40: of a branch that is none of ours', { headBranch: 'fix-typo' }],
  ] as const)('%s is nobody’s', (_, other) => {
    expect(metaBelonging(shown(other), 'main')).toBeNull()
  })

  test('fault 35: is onto the default branch, whatever that is called', () => {
    expect(metaBelonging(shown({ base: 'trunk' }), 'trunk')).toEqual({ slug: 'a', kind: 'idea' })
  })
})

describe('the row of a pull', () => {
  const belonging = { slug: 'a', kind: 'idea' as const }
  const rowOf = (other: Partial<ShownPull> = {}, head: string | null = null) =>
    pullRow(shown(other), belonging, 'rfcs/meta', head, 'RFC-Bot')
  const trailers = 'Pitch.\n\nOn-behalf-of: Alice <alice>\nSupersedes: #3\nSupersedes: #2\n'

  test('has what Gitea said', () => {
    const times = {
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-02T00:00:00Z',
      closedAt: '2026-01-03T00:00:00Z',
      mergedAt: '2026-01-03T00:00:00Z',
    }
    expect(rowOf({ state: 'merged', mergeCommit: 'm', ...times }).row).toEqual({
      rfc_slug: 'a',
      pr_kind: 'idea',
      repo: 'rfcs/meta',
      pr_number: 7,
      title: 'Propose a',
      description: 'Pitch.\n',
      opened_at: times.createdAt,
      merged_at: times.mergedAt,
      head_branch: 'propose/a',
      base_branch: 'main',
      head_sha: 'head',
      merge_commit_sha: 'm',
      upstream_state: 'merged',
      upstream_closed_at: times.closedAt,
      upstream_updated_at: times.updatedAt,
      opener_login: 'rfc-bot',
      opener_is_bot: 1,
      trailer_actor: null,
      from_fork: 0,
    })
  })

  test('has the head that git/refs showed before that of the pull', () => {
    expect(rowOf({}, 'shown').row.head_sha).toBe('shown')
    expect(rowOf({ headSha: null }).row.head_sha).toBeNull()
  })

  test('fault 6: knows the bot in any case of its login', () => {
    expect(rowOf({ opener: 'Rfc-BOT', body: trailers }).row).toMatchObject({ opener_is_bot: 1, trailer_actor: 'alice' })
  })

  test('fault 5: takes no actor from a pull that others opened, but what it supersedes', () => {
    const { row, supersedes } = rowOf({ opener: 'mallory', body: trailers })
    expect(row).toMatchObject({ opener_is_bot: 0, trailer_actor: null })
    expect(supersedes).toEqual([2, 3])
  })

  test('fault 6: of a deleted user is not the bot’s', () => {
    expect(rowOf({ opener: 'Ghost', body: trailers }).row).toMatchObject({ opener_is_bot: 0, trailer_actor: null })
  })
})

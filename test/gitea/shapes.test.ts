import { describe, expect, test } from 'vitest'
import {
  branchShape,
  commitShape,
  contentShape,
  pullShape,
  repoSearchShape,
  repoShape,
} from '../../src/gitea/shapes.ts'
import { pull, repo, sha } from './said.ts'

const read = (other: object) => pullShape.parse(pull(7, other))

describe('a pull', () => {
  test('is read to the fields the mirror keeps', () => {
    expect(read({})).toEqual({
      number: 7,
      state: 'open',
      title: 'Pull 7',
      body: 'Text.\n',
      opener: 'alice',
      headBranch: 'propose/a',
      isAgit: false,
      headSha: sha(7),
      fromFork: false,
      base: 'main',
      repoId: 1,
      createdAt: '2026-11-20T10:00:00Z',
      updatedAt: '2026-11-20T10:00:00Z',
      closedAt: null,
      mergedAt: null,
      mergeCommit: null,
    })
  })

  test('fault 2: keeps the name of its head branch when the branch is gone', () => {
    const head = { label: 'propose/a', ref: 'refs/pull/7/head', sha: sha(7), repo_id: 1 }
    expect(read({ head })).toMatchObject({ headBranch: 'propose/a', isAgit: false, fromFork: false })
  })

  test('fault F22: keeps the name and stays a fork’s when the fork is gone', () => {
    const head = { label: 'mine', ref: 'refs/pull/7/head', sha: sha(7), repo_id: -1, repo: null }
    expect(read({ head })).toMatchObject({ headBranch: 'mine', fromFork: true })
  })

  test('fault 39: of a fork is told by the repository’s id, as its label does not say so', () => {
    const head = { label: 'propose/a', ref: 'propose/a', sha: sha(7), repo_id: 2 }
    expect(read({ head })).toMatchObject({ fromFork: true })
  })

  test.each(['', null])('without a head branch (label %j) is AGit’s', (label) => {
    const head = { label, ref: 'refs/pull/7/head', sha: sha(7), repo_id: 1 }
    expect(read({ head })).toMatchObject({ headBranch: 'refs/pull/7/head', isAgit: true, fromFork: false })
  })

  test('merged is merged, with its commit', () => {
    const merged = { state: 'closed', merged: true, merged_at: '2026-11-21T00:00:00+02:00', merge_commit_sha: sha(5) }
    expect(read(merged)).toMatchObject({ state: 'merged', mergedAt: '2026-11-20T22:00:00Z', mergeCommit: sha(5) })
  })

  test('fault 29: closed has no merge commit, whatever Gitea tried', () => {
    expect(read({ state: 'closed', merge_commit_sha: sha(5) })).toMatchObject({ state: 'closed', mergeCommit: null })
  })

  test.each([[null], [{ id: -1, login: 'Ghost' }], [{ id: -1, login: '' }]])(
    'fault 6: of a deleted user (%j) is Ghost’s',
    (user) => {
      expect(read({ user })).toMatchObject({ opener: 'Ghost' })
    },
  )

  test('fault F17: with half a character in it is read with a whole one', () => {
    expect(read({ title: 'a\ud83d', body: '\udc00b', user: { login: 'al\ud83dice' } })).toMatchObject({
      title: 'a�',
      body: '�b',
      opener: 'al�ice',
    })
  })

  test('with texts that are strange but whole is read as it is', () => {
    const body = '\uFEFFa\r\nb\u0001\u2028\u0000'
    expect(read({ body, title: 'a\r\nb' })).toMatchObject({ body, title: 'a\r\nb' })
  })

  test.each([[null], ['']])('with %j for a body has an empty one', (body) => {
    expect(read({ body })).toMatchObject({ body: '' })
  })

  test('whose base is gone is read (base.sha is empty on Forgejo)', () => {
    expect(read({ base: { ref: 'gone', sha: '', repo_id: 1 } })).toMatchObject({ base: 'gone' })
  })

  test.each([{ number: 0 }, { number: '7' }, { state: 'draft' }, { head: null }, { base: null }, { title: null }])(
    'fault F17: with %j in it is unreadable',
    (other) => {
      expect(pullShape.safeParse(pull(7, other)).success).toBe(false)
    },
  )
})

describe('a time', () => {
  const updatedAt = (updated_at: unknown) => read({ updated_at }).updatedAt

  test.each([
    ['2026-11-22T11:00:00+01:00', '2026-11-22T10:00:00Z'],
    ['2026-11-22T11:00:00.987654Z', '2026-11-22T11:00:00Z'],
    ['1969-12-31T23:59:59-07:00', '1970-01-01T06:59:59Z'],
  ])('fault 22: %s is %s', (said, stored) => {
    expect(updatedAt(said)).toBe(stored)
  })

  test.each([
    null,
    undefined,
    '',
    '1970-01-01T00:00:00Z',
    '1970-01-01T01:00:00+01:00',
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    'yesterday',
  ])('%j is none', (said) => {
    expect(updatedAt(said)).toBeNull()
  })
})

describe('a repository', () => {
  test('is read to the fields the mirror keeps', () => {
    expect(repoShape.parse(repo())).toEqual({
      id: 1,
      fullName: 'rfcs/meta',
      ownerId: 9,
      owner: 'rfcs',
      private: false,
      empty: false,
      defaultBranch: 'main',
      hasPulls: true,
      openPulls: 2,
      updatedAt: '2026-11-22T10:00:00Z',
    })
  })

  test('has main for a default branch where an empty one names none', () => {
    expect(repoShape.parse(repo({ default_branch: '' })).defaultBranch).toBe('main')
  })

  test('that is null in a listing stays null, for the listing to be incomplete', () => {
    expect(repoSearchShape.parse({ ok: true, data: [null] })).toEqual([null])
    expect(repoSearchShape.parse({ ok: true, data: null })).toEqual([])
  })
})

test('a commit has both its dates, its parents and its files', () => {
  const said = {
    sha: sha(1),
    commit: { author: { date: '2026-01-01T00:00:00Z' }, committer: { date: '2026-01-02T00:00:00+01:00' } },
    parents: [{ sha: sha(2), url: 'x' }],
    files: [{ filename: 'rfcs/a.md' }],
  }
  expect(commitShape.parse(said)).toEqual({
    sha: sha(1),
    authoredAt: '2026-01-01T00:00:00Z',
    committedAt: '2026-01-01T23:00:00Z',
    parents: [sha(2)],
    files: ['rfcs/a.md'],
  })
  expect(commitShape.parse({ ...said, parents: null, files: null })).toMatchObject({ parents: [], files: [] })
})

test('a branch without a date has none', () => {
  expect(branchShape.parse({ name: 'a', commit: { id: sha(1), timestamp: '0001-01-01T00:00:00Z' } })).toEqual({
    name: 'a',
    commit: { id: sha(1), timestamp: null },
  })
})

test('a file’s last commit is unknown on servers that do not say it', () => {
  const said = { path: 'rfcs/a.md', type: 'file', sha: sha(1), size: 3 }
  expect(contentShape.parse(said)).toMatchObject({ content: null, last_commit_sha: null, last_committer_date: null })
  expect(contentShape.parse({ ...said, last_commit_sha: '' }).last_commit_sha).toBeNull()
})

test('a repository whose ids are sha-256 is read', () => {
  expect(commitShape.safeParse({ sha: 'a'.repeat(64), commit: { author: {}, committer: {} } }).success).toBe(true)
  expect(commitShape.safeParse({ sha: 'a'.repeat(39), commit: { author: {}, committer: {} } }).success).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { type Followed, isInside, settleFollowing, wantedRepo } from '../../src/rules/follow.ts'

type Entry = { slug: string; repo: string | null; state?: string | null }

const known: Record<string, Followed> = {
  'rfcs/a': { id: 1, private: false, isMeta: false },
  'rfcs/old-a': { id: 1, private: false, isMeta: false },
  'rfcs/b': { id: 2, private: false, isMeta: false },
  'rfcs/hidden': { id: 3, private: true, isMeta: false },
  'rfcs/meta': { id: 9, private: false, isMeta: true },
}

/** Which repository is whose, and of which entry what is said. */
function settled(entries: Entry[], meta = { private: false }) {
  const asked: string[] = []
  const followers = entries.map(({ slug, repo, state = 'active' }) => ({ path: `rfcs/${slug}.md`, slug, repo, state }))
  const { slugs, problems } = settleFollowing(followers, 'rfcs', meta, (name) => {
    asked.push(name)
    return known[name.toLowerCase()] ?? null
  })
  return { slugs: Object.fromEntries(slugs), problems: Object.fromEntries(problems), asked }
}

describe('a repository is followed', () => {
  test.each(['active', 'withdrawn', 'Active', null])('fault 32: for an entry in state %j', (state) => {
    expect(settled([{ slug: 'a', repo: 'rfcs/a', state }])).toMatchObject({ slugs: { 1: 'a' }, problems: {} })
  })

  test('not for a super-draft, and not where none is named', () => {
    expect(wantedRepo({ state: 'super-draft', repo: 'rfcs/a' })).toBeNull()
    expect(wantedRepo({ state: 'active', repo: '' })).toBeNull()
    expect(wantedRepo({ state: 'active', repo: null })).toBeNull()
    expect(settled([{ slug: 'a', repo: 'rfcs/a', state: 'super-draft' }])).toEqual({
      slugs: {},
      problems: {},
      asked: [],
    })
  })

  test('private, when the meta repository is private too', () => {
    expect(settled([{ slug: 'a', repo: 'rfcs/hidden' }], { private: true }).slugs).toEqual({ 3: 'a' })
  })
})

describe('fault 4: a repository is not followed, and its entry is told why,', () => {
  const refused: [string, string, RegExp][] = [
    ['when it is another owner’s', 'evil/a', /write it as rfcs\/<name>/],
    ['when it has no owner', 'a', /write it as rfcs\/<name>/],
    ['when there is none of that name', 'rfcs/none', /none of that name/],
    ['when it is the meta repository', 'rfcs/meta', /the meta repository itself/],
    ['when it is private and meta is public', 'rfcs/hidden', /it is private, and the meta repository is public/],
  ]
  test.each(refused)('%s', (_, repo, words) => {
    const { slugs, problems } = settled([{ slug: 'a', repo }])
    expect(slugs).toEqual({})
    expect(problems).toEqual({ 'rfcs/a.md': expect.stringMatching(words) })
  })

  test.each([
    'evil/a',
    '../../a',
    'rfcs/../evil',
    'rfcs/a/b',
    'rfcs/',
    '/a',
    'rfcs/a?x',
    'rfcs/a b',
    'https://x/rfcs/a',
  ])('and Gitea is not even asked for %s', (repo) => {
    expect(settled([{ slug: 'a', repo }]).asked).toEqual([])
  })

  test('fault 41: when an entry whose file sorts before has it, also under an old name', () => {
    for (const repo of ['rfcs/a', 'RFCS/A', 'rfcs/old-a']) {
      const { slugs, problems } = settled([
        { slug: 'b', repo },
        { slug: 'a', repo: 'rfcs/a' },
      ])
      expect(slugs).toEqual({ 1: 'a' })
      expect(problems).toEqual({ 'rfcs/b.md': expect.stringMatching(/a has it already/) })
    }
  })

  test('while others are', () => {
    const { slugs, problems } = settled([
      { slug: 'a', repo: 'evil/a' },
      { slug: 'b', repo: 'rfcs/b' },
    ])
    expect(slugs).toEqual({ 2: 'b' })
    expect(Object.keys(problems)).toEqual(['rfcs/a.md'])
  })
})

test('an entry is told of a hostile name in one short line that acts on nothing', () => {
  const { problems } = settled([{ slug: 'a', repo: `evil/\u001b[2J\n${'x'.repeat(30_000)}` }])
  expect(problems['rfcs/a.md']).toMatch(/^The repository evil\/\\u001b\[2J x{10,200} is not followed: [ -~]+$/)
})

test('a name that no repository can have is never asked for', () => {
  expect(isInside(`rfcs/${'a'.repeat(100)}`, 'rfcs')).toBe(true)
  for (const name of ['a'.repeat(101), 'a/../../user', '..', '.', '', 'a?b', 'a#b', 'a%2f', 'ä', 'a\n'])
    expect(isInside(`rfcs/${name}`, 'rfcs'), name).toBe(false)
})

test('a name is inside the owner in any case of the owner', () => {
  expect(isInside('RFCs/A.b_c-d', 'rfcs')).toBe(true)
  expect(isInside('rfcsx/a', 'rfcs')).toBe(false)
  expect(isInside('rfcs/.', 'rfcs')).toBe(false)
  expect(isInside('rfcs/..', 'rfcs')).toBe(false)
})

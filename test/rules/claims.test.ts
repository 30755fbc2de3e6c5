import { describe, expect, test } from 'vitest'
import { byBytes, settleClaims } from '../../src/rules/claims.ts'

/** Who owns which slug and what is said of the others, of files told as `name: slug`. */
function settled(files: Record<string, string | null>) {
  const claims = Object.entries(files).map(([name, slug]) => ({ path: `rfcs/${name}.md`, slug }))
  const { owners, problems } = settleClaims(claims)
  const again = settleClaims(claims.toReversed())
  expect(again.owners).toEqual(owners)
  expect(again.problems).toEqual(problems)
  return { owners: [...owners].sort(), problems: Object.fromEntries(problems) }
}

describe('fault 16: a slug', () => {
  test('belongs to the file of its name alone, whoever else claims it', () => {
    expect(settled({ a: 'a', 'a-copy': 'a', '0': 'a' })).toEqual({
      owners: ['rfcs/a.md'],
      problems: {
        'rfcs/0.md': 'The slug a belongs to rfcs/a.md: give this file another slug.',
        'rfcs/a-copy.md': 'The slug a belongs to rfcs/a.md: give this file another slug.',
      },
    })
  })

  test('belongs to the file of its name also when that is broken, so that nobody takes it over meanwhile', () => {
    expect(settled({ a: null, b: 'a' })).toEqual({
      owners: [],
      problems: { 'rfcs/b.md': 'The slug a belongs to rfcs/a.md: give this file another slug.' },
    })
  })

  test('belongs to the file of its name also when that claims another', () => {
    expect(settled({ a: 'b', c: 'a' }).owners).toEqual(['rfcs/a.md'])
    expect(settled({ a: 'b', c: 'a' }).problems).toMatchObject({ 'rfcs/c.md': expect.stringContaining('rfcs/a.md') })
  })

  test('fault 15: that no file is named after belongs to the first that claims it, which is told to be renamed', () => {
    expect(settled({ y: 'x', z: 'x' })).toEqual({
      owners: ['rfcs/y.md'],
      problems: {
        'rfcs/y.md': "The slug x is not the file's name: rename the file to x.md.",
        'rfcs/z.md': 'The slug x belongs to rfcs/y.md: give this file another slug.',
      },
    })
  })

  test('fault F23: in another case is another slug', () => {
    expect(settled({ a: 'a', A: 'A' })).toEqual({ owners: ['rfcs/A.md', 'rfcs/a.md'], problems: {} })
  })
})

test('two files may each claim the other’s name, and neither gets it', () => {
  expect(settled({ a: 'b', b: 'a' }).owners).toEqual([])
})

test('names are ordered by their bytes, as git orders them', () => {
  expect(['b', 'a.md', 'B', 'a', '\u{1F600}', '\uFFFD', 'é'].toSorted(byBytes)).toEqual([
    'B',
    'a',
    'a.md',
    'b',
    'é',
    '\uFFFD',
    '\u{1F600}',
  ])
})

test('a hostile file name is told as what acts on nothing', () => {
  const { problems } = settleClaims([
    { path: 'rfcs/\u001b[2J.md', slug: 'a' },
    { path: 'rfcs/z.md', slug: 'a' },
  ])
  expect(problems.get('rfcs/z.md')).toContain('belongs to rfcs/\\u001b[2J.md:')
})

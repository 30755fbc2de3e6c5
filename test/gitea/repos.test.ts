import { describe, expect, test } from 'vitest'
import { IncompleteListing } from '../../src/errors.ts'
import { connected } from './connected.ts'
import { absent, answer, interceptNetwork, json } from './network.ts'
import { repo, sha } from './said.ts'

interceptNetwork()

/** Answers for the version, else as the script says. */
function served(script: (path: string) => Response, version = '1.26.1') {
  const asked = answer((path) => {
    if (path.endsWith('/version')) return json({ version })
    if (path.endsWith('/settings/api')) return json({ max_response_items: 2 })
    return script(path)
  })
  const { gitea, soon } = connected()
  const paths = () => asked.map(({ path }) => path.replace('/api/v1', '')).filter((path) => path.startsWith('/repos'))
  return { gitea, soon, paths }
}

describe("the owner's repositories", () => {
  const found = (ids: number[], total: number) => () =>
    json({ ok: true, data: ids.map((id) => repo({ id, full_name: `rfcs/r${id}` })) }, { 'x-total-count': `${total}` })

  test('are listed by id, so that a push moves none of them', async () => {
    const { gitea, soon, paths } = served((path) => found(path.endsWith('=1') ? [1, 2] : [3], 3)())
    expect((await soon(gitea.repos.listOf(9))).map(({ id }) => id)).toEqual([1, 2, 3])
    expect(paths()[0]).toBe('/repos/search?uid=9&exclusive=true&sort=id&order=asc&limit=2&page=1')
  })

  test('fault F16: are incomplete when one is deleted while they are read', async () => {
    const { gitea, soon } = served((path) => (path.endsWith('=1') ? found([1, 2], 4)() : found([4], 3)()))
    await expect(soon(gitea.repos.listOf(9))).rejects.toBeInstanceOf(IncompleteListing)
  })

  test('fault F15: are incomplete when there are none, as an unknown owner has', async () => {
    const { gitea, soon } = served(found([], 0))
    await expect(soon(gitea.repos.listOf(9))).rejects.toBeInstanceOf(IncompleteListing)
  })

  test('are incomplete when the search is absent', async () => {
    const { gitea, soon } = served(absent)
    await expect(soon(gitea.repos.listOf(9))).rejects.toBeInstanceOf(IncompleteListing)
  })
})

test('a repository is found by a name that needs encoding, and is null where there is none', async () => {
  const { gitea, soon, paths } = served(absent)
  expect(await soon(gitea.repos.find('rfcs/a b?'))).toBeNull()
  expect(paths()).toEqual(['/repos/rfcs/a%20b%3F'])
})

describe('the commits between two tips', () => {
  const commit = (number: number) => ({
    sha: sha(number),
    commit: { author: { date: null }, committer: { date: null } },
    parents: [],
    files: [{ filename: `${number}.md` }],
  })
  const range = (total: number) => (path: string) => {
    const page = Number(path.split('page=').at(-1))
    const numbers = Array.from({ length: total }, (_, n) => n).slice((page - 1) * 50, page * 50)
    return json(numbers.map(commit), { 'x-total-count': String(total) })
  }
  const between = async (script: (path: string) => Response, version?: string) => {
    const { gitea, soon, paths } = served(script, version)
    return { commits: await soon(gitea.commits.between('rfcs/meta', sha(1), sha(2))), paths: paths() }
  }

  test('are read to their count', async () => {
    const { commits, paths } = await between(range(60))
    expect(commits).toHaveLength(60)
    expect(paths).toHaveLength(2)
    expect(paths[0]).toContain(`/repos/rfcs/meta/commits?sha=${sha(2)}&not=${sha(1)}&`)
  })

  test('are not read on when there are too many', async () => {
    const { commits, paths } = await between(range(1000))
    expect(commits).toBeNull()
    expect(paths.length).toBeLessThanOrEqual(6)
  })

  test('are unknown when a tip is gone, or the server is too old to tell', async () => {
    expect((await between(absent)).commits).toBeNull()
    const old = await between(range(1), '1.19.4')
    expect(old).toEqual({ commits: null, paths: [] })
  })
})

test('the last commit of a file is asked for literally, as the path is a pathspec there', async () => {
  const { gitea, soon, paths } = served(() => json([]))
  expect(await soon(gitea.commits.last('rfcs/meta', 'rfcs/a[1].md', sha(1)))).toBeNull()
  expect(paths()[0]).toContain(`path=${encodeURIComponent(':(literal)rfcs/a[1].md')}&limit=1`)
})

test('a commit that should be there and is absent is no proof of anything', async () => {
  const { gitea, soon } = served(absent)
  await expect(soon(gitea.commits.one('rfcs/meta', sha(1)))).rejects.toBeInstanceOf(IncompleteListing)
})

test('the dates of all tips come from the branches listing', async () => {
  const branch = (name: string, number: number, timestamp: string) => ({ name, commit: { id: sha(number), timestamp } })
  const { gitea, soon } = served(() =>
    json([branch('a', 1, '2026-01-01T01:00:00+01:00'), branch('b', 2, '0001-01-01T00:00:00Z')], {
      'x-total-count': '2',
    }),
  )
  expect(await soon(gitea.commits.tipDates('rfcs/meta'))).toEqual(
    new Map([
      [sha(1), '2026-01-01T00:00:00Z'],
      [sha(2), null],
    ]),
  )
})

import { describe, expect, test } from 'vitest'
import { IncompleteListing } from '../../src/errors.ts'
import { connected } from './connected.ts'
import { absent, answer, interceptNetwork, json } from './network.ts'
import { repo, sha } from './said.ts'

interceptNetwork()
const refs = '/api/v1/repos/rfcs/meta/git/refs'
const ref = (name: string, number: number) => ({
  ref: name,
  url: 'x',
  object: { type: 'commit', sha: sha(number), url: 'x' },
})

async function listed() {
  const { gitea, soon } = connected()
  return soon(gitea.refs.list('rfcs/meta'))
}

describe('the refs of a repository', () => {
  test('are its branches and the heads of its pulls, and nothing else', async () => {
    answer(() =>
      json([
        ref('refs/heads/main', 1),
        ref('refs/heads/edit/a/b', 2),
        ref('refs/heads/ünï#%', 3),
        ref('refs/pull/7/head', 4),
        ref('refs/pull/7/merge', 5),
        ref('refs/pull/x/head', 6),
        ref('refs/tags/v1', 7),
        ref('refs/notes/commits', 8),
      ]),
    )
    expect(await listed()).toEqual({
      branches: new Map([
        ['main', sha(1)],
        ['edit/a/b', sha(2)],
        ['ünï#%', sha(3)],
      ]),
      pulls: new Map([[7, sha(4)]]),
    })
  })

  test('are read also where one alone comes without a list', async () => {
    answer(() => json(ref('refs/heads/main', 1)))
    expect((await listed()).branches).toEqual(new Map([['main', sha(1)]]))
  })

  test('are none when they are absent and the repository says that it is empty', async () => {
    answer((path) => (path === refs ? absent() : json(repo({ empty: true }))))
    expect(await listed()).toEqual({ branches: new Map(), pulls: new Map() })
  })
})

describe('fault 1: the refs of a repository are no proof', () => {
  const cases: [string, Response, Response][] = [
    ['when they are absent though it is not empty', absent(), json(repo({ empty: false }))],
    ['when it is not to be seen either', absent(), absent()],
    ['when there are none though it is not empty (fault F15)', json([]), json(repo({ empty: false }))],
  ]
  test.each(cases)('%s', async (_, ofRefs, ofRepo) => {
    answer((path) => (path === refs ? ofRefs : ofRepo))
    await expect(listed()).rejects.toBeInstanceOf(IncompleteListing)
  })
})

describe('the head of a pull', () => {
  const head = (number: number) => {
    const { gitea, soon } = connected()
    return soon(gitea.refs.pullHead('rfcs/meta', number))
  }

  test('is found among those whose names begin alike', async () => {
    answer(() => json([ref('refs/pull/1/head-2', 9), ref('refs/pull/1/head', 4)]))
    expect(await head(1)).toBe(sha(4))
  })

  test('is null where there is none', async () => {
    answer(absent)
    expect(await head(1)).toBeNull()
    answer(() => json([ref('refs/pull/1/head-2', 9)]))
    expect(await head(1)).toBeNull()
  })
})

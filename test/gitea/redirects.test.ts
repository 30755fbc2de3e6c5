import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TransientError } from '../../src/errors.ts'
import { connected } from './connected.ts'
import { answer, interceptNetwork, json, origin } from './network.ts'

interceptNetwork()
const to = (location: string, status = 301) => new Response(null, { status, headers: { location } })
const old = '/api/v1/repos/rfcs/old'

describe('fault F14: the redirect of a renamed repository', () => {
  const followed: [string, Response][] = [
    ['301 without a host, as Gitea sends it', to('/api/v1/repos/rfcs/new?page=2')],
    ['307 without a host, as Forgejo 7 sends it', to('/api/v1/repos/rfcs/new?page=2', 307)],
    ['302 relative to the path', to('new?page=2', 302)],
    ['308 with our own origin', to(`${origin}/api/v1/repos/rfcs/new?page=2`, 308)],
  ]
  test.each(followed)('%s is followed', async (_, redirect) => {
    const asked = answer((path) => (path.startsWith(old) ? redirect : json('new')))
    const { client, soon } = connected()
    expect((await soon(client.json('/repos/rfcs/old?page=2', z.string()))).data).toBe('new')
    expect(asked.map(({ path }) => path)).toEqual([`${old}?page=2`, '/api/v1/repos/rfcs/new?page=2'])
  })

  test('is followed through three names', async () => {
    answer((path) => {
      const hop = Number(path.at(-1))
      return hop < 3 ? to(`/api/v1/repos/rfcs/${hop + 1}`) : json(hop)
    })
    const { client, soon } = connected()
    expect((await soon(client.json('/repos/rfcs/0', z.number()))).data).toBe(3)
  })

  test('is followed three times at most', async () => {
    const asked = answer((path) => to(`/api/v1/repos/rfcs/${Number(path.at(-1)) + 1}`))
    const { client, soon } = connected()
    await expect(soon(client.json('/repos/rfcs/0', z.number()))).rejects.toThrow(/in a circle/)
    expect(new Set(asked.map(({ path }) => path)).size).toBe(4)
  })

  test('is followed below a sub-path', async () => {
    answer((path) => (path.endsWith('/old') ? to('/git/api/v1/repos/rfcs/new') : json('new')))
    const { client, soon } = connected({ url: `${origin}/git` })
    expect((await soon(client.json('/repos/rfcs/old', z.string()))).data).toBe('new')
  })
})

describe('a redirect that leads astray is a TransientError, and the token goes nowhere', () => {
  const refused: [string, string, RegExp][] = [
    ['to another host', 'http://elsewhere.test/api/v1/repos/rfcs/new', /another origin, http:\/\/elsewhere\.test/],
    ['to another host without a scheme', '//elsewhere.test/api/v1/x', /another origin/],
    ['to another port', 'http://gitea.test:81/api/v1/repos/rfcs/new', /another origin/],
    ['to another scheme', 'https://gitea.test/api/v1/repos/rfcs/new', /another origin/],
    ['out of the API', '/user/login?redirect_to=%2f', /away to \/user\/login.*not its API/],
    ['out of the API, with a part of it in its query', '/user/login?next=/api/v1/../../../other/steal', /not its API/],
    ['out of the API by dots', '/api/v1/../../user/login', /away to \/user\/login/],
    ['to a neighbour of the API', '/api/v10/x', /not its API/],
    ['to no address', 'http://[', /to what is no address/],
    ['in a circle', old, /in a circle/],
  ]
  test.each(refused)('%s', async (_, location, message) => {
    const asked = answer(() => to(location))
    const { client, soon } = connected()
    const error = await soon(client.json('/repos/rfcs/old', z.unknown())).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TransientError)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
    expect(new Set(asked.map(({ path }) => path))).toEqual(new Set([old]))
    expect(new Set(asked.map(({ headers }) => headers.host))).toEqual(new Set(['gitea.test']))
  })

  test('without a Location', async () => {
    answer(() => new Response(null, { status: 301 }))
    const { client, soon } = connected()
    await expect(soon(client.json('/repos/rfcs/old', z.unknown()))).rejects.toBeInstanceOf(TransientError)
  })
})

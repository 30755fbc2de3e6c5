import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, TokenRefused, TransientError } from '../../src/errors.ts'
import { connected, token } from './connected.ts'
import { absent, answer, interceptNetwork, json, origin } from './network.ts'

interceptNetwork()
const anything = z.unknown()
const status = (code: number, headers: Record<string, string> = {}) => new Response('oops', { status: code, headers })

describe('a request', () => {
  test('goes to api/v1 below the configured address, also below a sub-path, with the token in its header', async () => {
    const asked = answer(() => json({ version: '1.26.1' }))
    for (const url of [`${origin}/git`, `${origin}/git/`]) {
      const { client, soon } = connected({ url })
      await soon(client.json('/version', anything))
    }
    expect(asked.map(({ path }) => path)).toEqual(['/git/api/v1/version', '/git/api/v1/version'])
    expect(asked[0]?.headers).toMatchObject({ authorization: `token ${token}`, 'user-agent': 'rfcached' })
  })

  test('is counted, with its bytes and the server’s clock', async () => {
    answer(() => json('four', { date: 'Sun, 22 Nov 2026 09:59:58 GMT' }))
    const { client, soon } = connected()
    await soon(client.json('/a', anything))
    expect(client.traffic).toMatchObject({
      requests: 1,
      bytes: 6,
      serverTime: Date.parse('2026-11-22T09:59:58Z'),
      serverTimeReadAt: Date.parse('2026-11-22T10:00:00Z'),
    })
  })

  test('is one of four at most', async () => {
    let now = 0
    let most = 0
    answer(async () => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      now--
      return json(1)
    })
    const { client, soon } = connected()
    await soon(Promise.all(Array.from({ length: 20 }, (_, n) => client.json(`/${n}`, anything))))
    expect(most).toBe(4)
  })
})

describe('an answer', () => {
  test('404, 400 and 409 are an absent thing, asked once', async () => {
    answer((path) => (path.endsWith('/a') ? absent() : json({}, {}, path.endsWith('/b') ? 400 : 409)))
    const { client, soon, sent } = connected()
    for (const path of ['/a', '/b', '/c']) {
      expect((await soon(client.json(path, anything))).data).toBeNull()
      expect(await soon(client.bytes(path, ({ body }) => body))).toBeNull()
    }
    expect(sent).toHaveLength(6)
  })

  test('fault F13: 401 is the token refused, and nothing is tried again', async () => {
    answer(() => json({ message: 'invalid username, password or token' }, {}, 401))
    const { client, soon, sent } = connected()
    const refused = await soon(client.json('/a', anything)).catch((error) => error)
    expect(refused).toBeInstanceOf(TokenRefused)
    expect(refused.hint).toMatch(/^Make a new one with the scopes read:repository, read:organization and read:issue/)
    expect(sent).toHaveLength(1)
  })

  test('F12: 403 names what may not be read, the server’s reason and the scopes to give, and is not tried again', async () => {
    answer(() => json({ message: 'token does not have at least one of required scope(s): [read:issue]' }, {}, 403))
    const { client, soon, sent } = connected()
    const refused = await soon(client.json('/repos/issues/search?type=pulls', anything)).catch((error) => error)
    expect(refused).toBeInstanceOf(ConfigError)
    expect(refused).not.toBeInstanceOf(TokenRefused)
    expect(refused.message).toMatch(/read \/repos\/issues\/search: .*\[read:issue\]/)
    expect(refused.hint).toMatch(/read:repository, read:organization and read:issue/)
    expect(sent).toHaveLength(1)
  })

  test.each([402, 405, 410, 422])(
    '%i, which nobody expects there, is no proof of absence and is not tried again',
    async (code) => {
      answer(() => status(code))
      const { client, soon, sent } = connected()
      await expect(soon(client.json('/a', anything))).rejects.toBeInstanceOf(TransientError)
      expect(sent).toHaveLength(1)
    },
  )
})

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TransientError } from '../../src/errors.ts'
import { connected } from './connected.ts'
import { answer, interceptNetwork, json } from './network.ts'

interceptNetwork()
const anything = z.unknown()
const status = (code: number, headers: Record<string, string> = {}) => new Response('oops', { status: code, headers })

describe('fault F11: a server in trouble', () => {
  test.each([500, 502, 503, 504])('that answers %i is asked again, and the answer counts', async (code) => {
    answer((_, nth) => (nth < 2 ? status(code) : json('well')))
    const { client, soon, sent } = connected()
    expect((await soon(client.json('/a', z.string()))).data).toBe('well')
    expect(sent).toHaveLength(3)
  })

  test('is left alone after five requests, each pause twice the one before', async () => {
    answer(() => status(500))
    const { client, soon, times } = connected()
    const error = await soon(client.json('/a', anything)).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(TransientError)
    expect(error.message).toBe('Gitea answered 500 to GET /a.')
    expect(times()).toEqual([0, 500, 1500, 3500, 7500])
  })

  test('is asked again after pauses that chance makes half to one and a half as long', async () => {
    answer(() => status(502))
    const pauses = async (random: number) => {
      const { client, soon, times } = connected({ random })
      await soon(client.json('/a', anything)).catch(() => {})
      return times()
    }
    expect(await pauses(0)).toEqual([0, 250, 750, 1750, 3750])
    expect(await pauses(1)).toEqual([0, 750, 2250, 5250, 11_250])
  })

  test('is asked no more once the caller gives up', async () => {
    const caller = new AbortController()
    answer(() => {
      caller.abort(new Error('the daemon stops'))
      return status(500)
    })
    const { client, soon, sent } = connected({ signal: caller.signal })
    await expect(soon(client.json('/a', anything))).rejects.toThrow('the daemon stops')
    expect(sent).toHaveLength(1)
  })
})

describe('fault F12: Retry-After', () => {
  test('in seconds is waited for', async () => {
    answer((_, nth) => (nth === 0 ? status(429, { 'retry-after': '7' }) : json(1)))
    const { client, soon, times } = connected()
    await soon(client.json('/a', anything))
    expect(times()).toEqual([0, 7000])
  })

  test('as a date is waited for on our clock', async () => {
    answer((_, nth) => (nth === 0 ? status(503, { 'retry-after': 'Sun, 22 Nov 2026 10:00:12 GMT' }) : json(1)))
    const { client, soon, times } = connected()
    await soon(client.json('/a', anything))
    expect(times()).toEqual([0, 12_000])
  })

  test('holds the other requests back too', async () => {
    answer((path, nth) => (path.endsWith('/busy') && nth === 0 ? status(429, { 'retry-after': '20' }) : json(1)))
    const { client, soon, sent } = connected()
    const first = client.json('/busy', anything)
    while (sent.length === 0 || client.traffic.requests === 0) await new Promise(setImmediate)
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    await soon(Promise.all([first, client.json('/other', anything)]))
    expect(sent.map(({ at }) => at)).toEqual([0, 20_000, 20_000])
  })

  test('holds back longer who waits for a shorter one already', async () => {
    let release = (_: Response) => {}
    const slow = new Promise<Response>((done) => {
      release = done
    })
    answer((path, nth) => {
      if (nth > 0 || path.endsWith('/other')) return json(1)
      return path.endsWith('/slow') ? slow : status(429, { 'retry-after': '5' })
    })
    const { client, soon, times } = connected()
    const both = ['/slow', '/busy'].map((path) => client.json(path, anything))
    while (client.traffic.errors === 0) await new Promise(setImmediate)
    const other = client.json('/other', anything)
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    release(status(429, { 'retry-after': '60' }))
    while (client.traffic.errors === 1) await new Promise(setImmediate)
    await soon(Promise.all([...both, other]))
    expect(times()).toEqual([0, 0, 60_000, 60_000, 60_000])
  })

  test.each(['3600', 'Mon, 23 Nov 2026 10:00:00 GMT'])(
    'of %s is passed on as ten minutes, and nothing is asked meanwhile',
    async (value) => {
      answer((_, nth) => (nth === 0 ? status(429, { 'retry-after': value }) : json(1)))
      const { client, soon, sent } = connected()
      for (const path of ['/a', '/b']) {
        const error = await soon(client.json(path, anything)).catch((thrown) => thrown)
        expect(error).toMatchObject({ name: 'TransientError', retryAfterMs: 600_000 })
      }
      expect(sent).toHaveLength(1)
    },
  )

  test.each(['soon', '-5', 'Sun, 22 Nov 2026 09:00:00 GMT'])('of %s is none', async (value) => {
    answer((_, nth) => (nth === 0 ? status(429, { 'retry-after': value }) : json(1)))
    const { client, soon, times } = connected()
    await soon(client.json('/a', anything))
    expect(times()).toEqual([0, 500])
  })

  test('F32: does not last for as long as our clock is set back by', async () => {
    answer((_, nth) => (nth === 0 ? status(429, { 'retry-after': '90' }) : json(1)))
    const { client, clock, soon } = connected()
    await soon(client.json('/a', anything)).catch(() => {})
    clock.pass(-3_600_000)
    expect((await soon(client.json('/a', anything))).data).toBe(1)
  })

  test('that never ends is passed on with the failure', async () => {
    answer(() => status(429, { 'retry-after': '30' }))
    const { client, soon, times } = connected()
    const error = await soon(client.json('/a', anything)).catch((thrown) => thrown)
    expect(error).toMatchObject({ name: 'TransientError', retryAfterMs: 30_000 })
    expect(times()).toEqual([0, 30_000, 60_000, 90_000, 120_000])
  })
})

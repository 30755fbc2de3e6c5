import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, TooSlow, TransientError } from '../../src/errors.ts'
import { openDoor } from '../../src/gitea/door.ts'
import { connected, token } from './connected.ts'
import { nowhere, rawServer, wire } from './raw-server.ts'

const anything = z.unknown()

/** How reading from a server that always breaks off ends; whatever is thrown says nothing of the token. */
async function outcome(url: string) {
  const { client, soon, sent } = connected({ url })
  const error = await soon(client.json('/a', anything)).catch((thrown: unknown) => thrown)
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token)
  return { error, requests: sent.length }
}

describe('fault F11: a connection that breaks is tried five times and then a TransientError', () => {
  test('when nothing listens', async () => {
    const url = await nowhere()
    const { error, requests } = await outcome(url)
    expect(error).toBeInstanceOf(TransientError)
    expect(error).toMatchObject({ message: `Nothing listens at ${url}.` })
    expect(requests).toBe(5)
  })

  const ends: [string, (socket: Socket) => void][] = [
    ['is reset', (socket) => socket.resetAndDestroy()],
    ['is closed without a word', (socket) => socket.end()],
    ['ends in the middle of the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nConte')],
    ['ends before Content-Length is reached', (socket) => socket.end(wire('{"a":', 100))],
    ['ends in the middle of a chunk', (socket) => socket.end(`${chunked}a\r\n{"a":`)],
    ['ends before the last chunk', (socket) => socket.end(`${chunked}5\r\n{"a":\r\n`)],
    ['speaks another language than HTTP', (socket) => socket.end('220 mail.example.org ESMTP\r\n')],
  ]
  test.each(ends)('when it %s', async (_, speak) => {
    const { error, requests } = await outcome(await rawServer(speak))
    expect(error).toBeInstanceOf(TransientError)
    expect(error).not.toBeInstanceOf(TooSlow)
    expect(requests).toBe(5)
  })

  test('when TLS is spoken to a server that knows none', async () => {
    const url = await rawServer((socket) => socket.end(wire('1')))
    const { error } = await outcome(url.replace('http:', 'https:'))
    expect(error).toBeInstanceOf(TransientError)
  })
})

test('a certificate file that cannot be read is named, with the option to mend', () => {
  const open = () => openDoor('https://gitea.test', { connections: 1, caFile: '/nowhere/ca.pem' })
  expect(open).toThrow(ConfigError)
  expect(open).toThrow('/nowhere/ca.pem')
})

describe('F17: an answer that is too large is refused', () => {
  const request = { method: 'GET', path: '/', headers: {} }
  const asked = async (url: string, options: { maxBytes?: number } = {}) => {
    await using opened = openDoor(url, { connections: 1, ...options })
    return await opened.door(request)
  }

  test('before any of it is read when it says that it has more than 512 MiB', async () => {
    const url = await rawServer((socket) => socket.write(wire('"abc', 512 * 1024 * 1024 + 1)))
    await expect(asked(url)).rejects.toThrow(new TransientError('An answer is larger than 536870912 bytes.'))
  })

  test('as soon as more of it has come than may, when it does not say how much there is', async () => {
    const url = await rawServer((socket) => socket.write(`${chunked}5\r\n"abc"\r\n`))
    await expect(asked(url, { maxBytes: 4 })).rejects.toThrow(new TransientError('An answer is larger than 4 bytes.'))
  })

  test('and not when it has just as much as may be', async () => {
    const url = await rawServer((socket) => socket.write(wire('"abc"')))
    expect(String((await asked(url, { maxBytes: 5 })).body)).toBe('"abc"')
  })
})

test('fault F11: a connection that broke once is forgotten when the next answer is whole', async () => {
  const url = await rawServer((socket, nth) => (nth === 0 ? socket.resetAndDestroy() : socket.write(wire('"well"'))))
  const { client, soon } = connected({ url })
  expect((await soon(client.json('/a', z.string()))).data).toBe('well')
})

const chunked = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('fault F18: a server that hangs', () => {
  const hangs: [string, string][] = [
    ['without a byte', ''],
    ['after the headers', chunked],
    ['in the middle of a body', `${chunked}5\r\n{"a":\r\n`],
  ]
  test.each(hangs)('%s is given up after 180 s, asked once more, and then left alone', async (_, bytes) => {
    let hanging = 0
    const url = await rawServer((socket) => {
      if (bytes) socket.write(bytes)
      hanging++
    })
    const { client, soon, times, sent, clock } = connected({ url })
    const outcome = soon(client.json('/a', anything), () => sent.length > hanging).catch((thrown) => thrown)
    expect(await outcome).toBeInstanceOf(TooSlow)
    expect(times()).toEqual([0, 180_500])
    expect(clock.elapsed()).toBe(360_500)
  })

  test('holds up no request to the others', async () => {
    const url = await rawServer((socket, nth) => {
      if (nth > 0) socket.write(wire('"well"'))
    })
    const { client, soon, sent } = connected({ url })
    const hung = client.json('/a', anything).catch(() => {})
    while (sent.length === 0) await new Promise(setImmediate)
    expect((await client.json('/b', z.string())).data).toBe('well')
    await soon(hung, () => false)
  })

  test('is left at once when the caller gives up', async () => {
    const caller = new AbortController()
    const url = await rawServer(() => caller.abort(new Error('the daemon stops')))
    const { client, soon, clock } = connected({ url, signal: caller.signal })
    await expect(soon(client.json('/a', anything))).rejects.toThrow('the daemon stops')
    expect(clock.elapsed()).toBe(0)
  })
})

import dns from 'node:dns'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { TransientError } from '../../src/errors.ts'
import { connected } from './connected.ts'

/** A certificate for 127.0.0.1 that nobody signed but itself, valid until 2120, and its key. */
const loopback = fileURLToPath(new URL('./loopback.pem', import.meta.url))

/** What becomes of a request to this address, and how often it was tried. */
async function outcome(url: string, caFile?: string) {
  const { client, soon, sent } = connected({ url, caFile })
  const answer = await soon(client.json('/a', z.string())).catch((error: unknown) => error)
  return { answer, requests: sent.length }
}

describe('F11: a name', () => {
  test.each([
    ['ENOTFOUND', 'The host name of http://gitea.invalid is not known.'],
    ['EAI_AGAIN', 'http://gitea.invalid could not be reached (EAI_AGAIN).'],
  ])('for which the resolver says %s is asked for five times and then a TransientError', async (code, message) => {
    const lookup = vi.spyOn(dns, 'lookup')
    onTestFinished(() => lookup.mockRestore())
    // As Node's own: nothing is asked beyond this machine.
    const unknown = Object.assign(new Error(`getaddrinfo ${code} gitea.invalid`), { code, syscall: 'getaddrinfo' })
    lookup.mockImplementation(((_: string, __: object, done: (error: Error) => void) =>
      process.nextTick(done, unknown)) as typeof dns.lookup)
    const { answer, requests } = await outcome('http://gitea.invalid')
    expect(answer).toEqual(new TransientError(message))
    expect(requests).toBe(5)
    expect(lookup).toHaveBeenCalledTimes(5)
  })
})

describe('F11: a server whose certificate', () => {
  /** An HTTPS server at 127.0.0.1, and what it was asked. */
  async function serve() {
    const pem = readFileSync(loopback)
    const asked: string[] = []
    const server = createServer({ key: pem, cert: pem }, ({ url = '' }, answer) => {
      asked.push(url)
      answer.setHeader('content-type', 'application/json').end('"well"')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  test.each([
    ['no authority signed', '127.0.0.1', undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['is of another name', 'localhost', loopback, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s is told nothing, is tried five times, and then is a TransientError', async (_, host, caFile, code) => {
    const { url, asked } = await serve()
    const address = url.replace('127.0.0.1', host)
    const { answer, requests } = await outcome(address, caFile)
    expect(answer).toEqual(new TransientError(`The certificate of ${address} is not accepted (${code}).`))
    expect(requests).toBe(5)
    expect(asked).toEqual([])
  })

  test('is that of gitea.caFile is believed', async () => {
    const { url, asked } = await serve()
    expect((await outcome(url, loopback)).answer).toMatchObject({ data: 'well' })
    expect(asked).toEqual(['/api/v1/a'])
  })
})

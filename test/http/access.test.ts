import type { FastifyRequest } from 'fastify'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf } from '../../src/http/origin.ts'
import { newSession } from '../../src/rules/session.ts'
import { openDesk, posted, push, start } from '../work/desk.ts'

const token = 'a-token-that-nobody-guesses'
const ours = 'https://rfcs.example.org'
const read = '/api/v1/changes?since=0'
const proxied = { 'x-forwarded-for': '192.0.2.1' }
const bearer = (said: string) => ({ authorization: `Bearer ${said}` })
const cookie = (session: string) => ({ cookie: `other=1; rfcached_session=${session}` })
const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

/** The daemon's HTTP on a port of loopback, and a client that may send any header. */
async function opened(options: Parameters<typeof openDesk>[0] = {}) {
  const desk = openDesk(options)
  const url = await desk.app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent()
  closing.push(desk, { [Symbol.asyncDispose]: () => agent.destroy() })
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET', payload?: string) => {
    const answer = await request(`${url}${path}`, {
      method: method as 'GET',
      headers,
      dispatcher: agent,
      ...(payload ? { body: payload } : {}),
    })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }
  const status = async (...args: Parameters<typeof ask>) => (await ask(...args)).status
  return { ...desk, url, port: new URL(url).port, ask, status }
}
let desk: Awaited<ReturnType<typeof opened>>

describe('without an API token', () => {
  beforeEach(async () => {
    desk = await opened()
  })

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '127.8.0.1', '[::1]'])(
    'this machine is answered by the name of %s',
    async (name) => {
      expect(await desk.status(read, { host: `${name}:${desk.port}` })).toBe(200)
    },
  )

  test.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil-localhost',
    'evil.localhost',
    'rfcs.example.org',
    '192.0.2.7',
    '0.0.0.0',
  ])('who asks for %s is refused: a web page made that name lead here', async (name) => {
    const answer = await desk.ask(read, { host: `${name}:${desk.port}` })
    expect(answer).toMatchObject({ status: 403, headers: { 'content-type': expect.stringContaining('problem+json') } })
    expect(JSON.parse(answer.text)).toMatchObject({ status: 403, detail: expect.stringContaining('api.tokenFile') })
  })

  test.each([
    { forwarded: 'for=127.0.0.1' },
    { via: '1.1 squid' },
    { 'x-real-ip': '127.0.0.1' },
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-proto': 'https' },
    { 'X-Forwarded-Server': 'edge' },
    { 'x-forwarded': 'for=127.0.0.1' },
    { 'X-Client-IP': '127.0.0.1' },
    { 'CF-Connecting-IP': '127.0.0.1' },
    { 'True-Client-IP': '127.0.0.1' },
    { 'X-Original-For': '127.0.0.1' },
    { 'X-Envoy-External-Address': '127.0.0.1' },
  ])('what came through a proxy (%o) is refused', async (headers: Record<string, string>) => {
    expect(await desk.status(read, headers)).toBe(403)
    expect(await desk.status('/', headers)).toBe(403)
  })

  test('what came by HTTP/1.0, as from nginx that was told nothing, is refused', async () => {
    const { connect } = await import('node:net')
    const socket = connect(Number(desk.port), '127.0.0.1').end(`GET ${read} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n`)
    expect((await socket.setEncoding('utf8').toArray()).join('')).toContain('403 Forbidden')
  })

  test('nobody can sign in or guess', async () => {
    for (const said of ['', 'null', token])
      expect(await desk.status(read, { ...proxied, ...bearer(said), ...cookie(newSession(said || 'x', start)) })).toBe(
        403,
      )
  })
})

describe('with an API token', () => {
  beforeEach(async () => {
    desk = await opened({ token, ownOrigin: ours })
  })

  test('this machine needs none, even with a wrong one', async () => {
    expect(await desk.status(read)).toBe(200)
    expect(await desk.status(read, bearer('wrong'))).toBe(200)
  })

  test.each([proxied, { host: 'rfcs.example.org' }])(
    'others (%o) say it as Bearer',
    async (headers: Record<string, string>) => {
      const without = await desk.ask(read, headers)
      expect(without).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
      expect(JSON.parse(without.text)).toMatchObject({ status: 401, title: expect.any(String) })
      expect(await desk.status(read, { ...headers, ...bearer(token) })).toBe(200)
      for (const wrong of [token.slice(0, -1), `${token}x`, token.toUpperCase(), 'Bearer'])
        expect(await desk.status(read, { ...headers, ...bearer(wrong) })).toBe(401)
      expect(await desk.status(read, { ...headers, authorization: `Basic ${btoa(`x:${token}`)}` })).toBe(401)
    },
  )

  test('what does not exist is not told to others either', async () => {
    expect(await desk.status('/nowhere')).toBe(404)
    expect(await desk.status('/nowhere', proxied)).toBe(401)
  })

  test('a session lets in until it ends, and no other does', async () => {
    const session = newSession(token, desk.now())
    const seen = (text: string) => desk.status(read, { ...proxied, ...cookie(text) })
    expect(await seen(session)).toBe(200)
    const [end = '', proof] = session.split('.')
    for (const forged of [
      '',
      '.',
      end,
      `${Number(end) + 1}.${proof}`,
      `${session}x`,
      newSession('another-token-there-is', start),
    ])
      expect(await seen(forged)).toBe(401)
    desk.pass(12 * 3_600_000)
    expect(await seen(session)).toBe(401)
  })

  test('a session says nothing of the token', () => {
    expect(newSession(token, start)).not.toContain(token)
    expect(newSession(token, start)).toMatch(/^\d{13}\.[\w-]{43}$/)
  })

  test('who says ten wrong ones waits 10 s for the next, and others do not', async () => {
    const guess = (said: string, from = '192.0.2.1') =>
      desk.ask(read, { 'x-forwarded-for': `203.0.113.9, ${from}`, ...bearer(said) })
    for (let tries = 0; tries < 10; tries++) expect((await guess('wrong')).status).toBe(401)
    expect(await guess(token)).toMatchObject({ status: 429, headers: { 'retry-after': '10' } })
    expect((await guess(token, '192.0.2.2')).status).toBe(200)
    desk.pass(10_000)
    expect((await guess('wrong')).status).toBe(401)
    expect((await guess(token)).status).toBe(429)
    desk.pass(10_000)
    expect((await guess(token)).status).toBe(200)
  })
})

test('a header that anybody can write counts only where a proxy of this machine wrote it', async () => {
  const from = (ip: string, seen: string) =>
    clientOf({ ip, headers: { 'x-forwarded-for': seen } } as unknown as FastifyRequest)
  expect(from('198.51.100.1', '10.0.0.1')).toBe(from('198.51.100.1', '10.0.0.2'))
  expect(from('127.0.0.1', '10.0.0.1')).not.toBe(from('127.0.0.1', '10.0.0.2'))
})

describe('behind a proxy that may say nothing of itself', () => {
  test('this machine needs the token as everybody does', async () => {
    desk = await opened({ token, proxied: true })
    expect(await desk.ask(read)).toMatchObject({ status: 401, text: expect.stringContaining('listen.proxied') })
    expect(await desk.status(read, bearer(token))).toBe(200)
    expect(await desk.status(read, cookie(newSession(token, desk.now())))).toBe(200)
    expect(JSON.parse((await desk.ask('/healthz')).text)).toEqual({ status: 'failing' })
  })

  test('without a token nobody is answered, but the webhook and a bare health', async () => {
    desk = await opened({ proxied: true })
    expect(await desk.ask(read)).toMatchObject({ status: 403, text: expect.stringContaining('listen.proxied') })
    expect(await desk.status('/')).toBe(403)
    const { headers, payload, url } = posted(push())
    expect(await desk.status(url, headers, 'POST', payload)).toBe(202)
    expect(JSON.parse((await desk.ask('/healthz')).text)).toEqual({ status: 'failing' })
  })
})

describe('what changes something', () => {
  beforeEach(async () => {
    desk = await opened({ token, ownOrigin: ours })
  })
  /** 404: it was let through, to where nothing is. */
  const change = (headers: Record<string, string>, method = 'POST') => desk.status('/nowhere', headers, method)

  test('is taken from our own pages, and from what is no browser', async () => {
    expect(await change({})).toBe(404)
    expect(await change({ origin: desk.url, 'sec-fetch-site': 'same-origin' })).toBe(404)
    expect(await change({ ...proxied, ...bearer(token) })).toBe(404)
    const page = { ...proxied, ...cookie(newSession(token, desk.now())), 'sec-fetch-site': 'same-origin' }
    expect(await change({ ...page, origin: ours })).toBe(404)
    expect(await change({ ...page, origin: 'https://other.example', host: 'other.example' })).toBe(404)
  })

  test.each([
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'http://localhost' },
    { origin: 'null' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: ours, 'sec-fetch-site': 'same-site' },
  ])(
    'is refused from another page (%o), on this machine and with the token',
    async (headers: Record<string, string>) => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(await change(headers, method)).toBe(403)
        expect(await change({ ...headers, ...bearer(token) }, method)).toBe(403)
      }
    },
  )

  test('is refused from a page whose name was made to lead here, though it says it is ours', async () => {
    const rebound = {
      host: `evil.example:${desk.port}`,
      origin: `http://evil.example:${desk.port}`,
      'sec-fetch-site': 'same-origin',
    }
    expect(await change(rebound)).toBe(401)
    desk = await opened()
    expect(await change(rebound)).toBe(403)
  })
})

describe('open to others without a token', () => {
  beforeEach(async () => {
    desk = await opened({ token })
  })

  test('is the webhook, by its signature alone', async () => {
    const { headers, payload, url } = posted(push())
    const foreign = { ...proxied, host: 'rfcs.example.org', origin: 'https://evil.example' }
    expect(await desk.status(url, { ...headers, ...foreign }, 'POST', payload)).toBe(202)
    expect(await desk.status(url, { ...headers, ...foreign, 'x-gitea-signature': '' }, 'POST', payload)).toBe(401)
  })

  test('is health, but not why', async () => {
    const health = async (headers: Record<string, string>) => {
      const { status, text } = await desk.ask('/healthz', headers)
      return { code: status, ...JSON.parse(text) }
    }
    const known = { code: 503, status: 'failing', message: expect.stringContaining('rfcached serve') }
    const { message: _, ...untold } = known
    expect(await health({})).toEqual(known)
    expect(await health({ ...proxied, ...bearer(token) })).toEqual(known)
    expect(await health(proxied)).toEqual(untold)
    expect(await health({ ...proxied, ...bearer('wrong') })).toEqual(untold)
    expect(await health({ host: 'evil.example' })).toEqual(untold)
  })
})

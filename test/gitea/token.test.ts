import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { sentence } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { connected, token } from './connected.ts'
import { answer, interceptNetwork, json, origin } from './network.ts'

interceptNetwork()

/** Everything a person or a log could ever see of an error. */
function allWords(error: unknown): string {
  const lines: string[] = []
  const log = createLog('trace', { write: (line: string) => lines.push(line) })
  log.warn({ err: error, target: 'repos' }, 'refresh failed')
  const stack = error instanceof Error ? `${error.stack}` : ''
  return [sentence(error), String(error), stack, inspect(error, { depth: 20, showHidden: true }), ...lines].join('\n')
}

const echo = (status: number) => json({ message: `who is ${token}? token ${token}` }, {}, status)
const failures: [string, () => Response | Error][] = [
  ['401', () => json({ message: 'bad' }, {}, 401)],
  ['403', () => json({ message: 'bad' }, {}, 403)],
  ['a server that says it back with 401', () => echo(401)],
  ['a server that says it back with 403', () => echo(403)],
  ['a server that says it back with 500', () => echo(500)],
  ['a server that says it back where a list is wanted', () => echo(200)],
  ['a server that says it back as a type', () => new Response('x', { headers: { 'content-type': 'text/html' } })],
  ['a redirect elsewhere', () => new Response(null, { status: 301, headers: { location: 'http://a.test/' } })],
  ['a broken connection', () => new Error('reset')],
]

test.each(failures)('the token is in no error and no log line after %s', async (_, script) => {
  const asked = answer(script)
  const { client, soon } = connected()
  const error = await soon(client.json('/a', z.array(z.string()))).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  expect(allWords(error)).not.toContain(token)
  expect(asked[0]?.headers.authorization).toBe(`token ${token}`)
})

test('a token that changes meanwhile is read once for a request, and is not in what the server says of it', async () => {
  const asked = answer(() => echo(403))
  const tokens = [token, 'the-next-one']
  const { client, soon } = connected({ readToken: () => tokens.shift() ?? '' })
  const error = await soon(client.json('/a', z.string())).catch((thrown: unknown) => thrown)
  expect(allWords(error)).toContain('who is [token]?')
  expect(allWords(error)).not.toContain(token)
  expect([asked[0]?.headers.authorization, tokens]).toEqual([`token ${token}`, ['the-next-one']])
})

test('the token travels in the Authorization header alone', async () => {
  const asked = answer(() => json('ok'))
  const { client, soon } = connected({ url: `${origin}/git` })
  await soon(client.json('/a?b=c', z.string()))
  const { authorization, ...others } = asked[0]?.headers ?? {}
  expect(authorization).toBe(`token ${token}`)
  expect(JSON.stringify([asked[0]?.path, others])).not.toContain(token)
})

test('a password in the configured address is in no error', async () => {
  answer(() => json('no', {}, 500))
  const { client, soon } = connected({ url: 'http://someone:hunter2@gitea.test/git' })
  const error = await soon(client.json('/a', z.string())).catch((thrown: unknown) => thrown)
  expect(allWords(error)).not.toContain('hunter2')
})

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isSigned } from '../../src/rules/signature.ts'
import { recordedWebhooks, recorders } from '../work/recorded.ts'

const body = Buffer.from('{"a":"ü"}')
const sign = (secret: string, bytes: Uint8Array = body) => createHmac('sha256', secret).update(bytes).digest('hex')
const right = sign('geheim')

describe.each(recorders)('what $server signed', ({ server, secret }) => {
  test.each(recordedWebhooks(server))('is accepted under each of its names: $after', ({ headers, body: text }) => {
    const names = Object.keys(headers).filter((name) => name.endsWith('-signature') || name === 'x-hub-signature-256')
    const signing = names.filter((name) => name !== 'x-hub-signature')
    expect(signing.length).toBeGreaterThan(1)
    for (const name of signing)
      expect(isSigned(Buffer.from(text), { [name]: headers[name] }, [secret]), name).toBe(true)
  })

  test('is refused when one bit of it is another', () => {
    for (const { headers, body: text } of recordedWebhooks(server)) {
      const bytes = Buffer.from(text)
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
      expect(isSigned(bytes, headers, [secret])).toBe(false)
    }
  })

  test('is refused with another secret', () => {
    for (const { headers, body: text } of recordedWebhooks(server))
      expect(isSigned(Buffer.from(text), headers, [`${secret} `, secret.toUpperCase()])).toBe(false)
  })
})

test.each(['x-gitea-signature', 'x-forgejo-signature', 'x-gogs-signature'])(
  '%s is bare hex, in either case',
  (name) => {
    expect(isSigned(body, { [name]: right }, ['geheim'])).toBe(true)
    expect(isSigned(body, { [name]: right.toUpperCase() }, ['geheim'])).toBe(true)
  },
)

test('x-hub-signature-256 has sha256= before it', () => {
  expect(isSigned(body, { 'x-hub-signature-256': `sha256=${right}` }, ['geheim'])).toBe(true)
  expect(isSigned(body, { 'x-hub-signature-256': `sha512=${right}` }, ['geheim'])).toBe(false)
})

test('F4: the previous secret counts for as long as it is named', () => {
  const headers = { 'x-gitea-signature': sign('old') }
  expect(isSigned(body, headers, ['new', 'old'])).toBe(true)
  expect(isSigned(body, headers, ['new'])).toBe(false)
})

test.each([
  ['no header', {}],
  ['an empty one, as a hook without a secret sends', { 'x-gitea-signature': '', 'x-hub-signature-256': 'sha256=' }],
  ['one of the empty secret', { 'x-gitea-signature': sign('') }],
  ['one cut short', { 'x-gitea-signature': right.slice(0, -1) }],
  ['one with more behind it', { 'x-gitea-signature': `${right}00` }],
  ['one that is no hex', { 'x-gitea-signature': 'z'.repeat(64) }],
  ['sha1', { 'x-hub-signature': `sha1=${createHmac('sha1', 'geheim').update(body).digest('hex')}` }],
])('F4: %s proves nothing', (_, headers) => {
  expect(isSigned(body, headers, ['geheim'])).toBe(false)
  expect(isSigned(body, headers, ['', 'geheim'])).toBe(false)
})

test('F4: without a secret nothing is signed, not even with the empty one', () => {
  expect(isSigned(body, { 'x-gitea-signature': right }, [])).toBe(false)
  expect(isSigned(body, { 'x-gitea-signature': sign('') }, [''])).toBe(false)
})

test('a wrong signature beside the right one does no harm', () => {
  const headers = { 'x-forgejo-signature': sign('other'), 'x-gitea-signature': right }
  expect(isSigned(body, headers, ['geheim'])).toBe(true)
})

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TransientError } from '../../src/errors.ts'
import { connected } from './connected.ts'
import { answer, interceptNetwork, json } from './network.ts'

interceptNetwork()
const shape = z.object({ name: z.string() })
const html = (body = '<!doctype html><title>Sign in</title>') =>
  new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } })

describe('fault F15: an answer 200 that is no answer is tried again, and then a TransientError', () => {
  const bad: [string, () => Response, RegExp][] = [
    ['a sign-in page', () => html(), /not JSON but text\/html.*does gitea\.url point at Gitea/],
    ['JSON said to be HTML', () => html('{"name":"a"}'), /not JSON but text\/html/],
    ['nothing at all', () => new Response(Buffer.from('')), /not JSON but something without a type/],
    ['JSON that ends too early', () => jsonText('{"name": "a'), /JSON that is not whole/],
    ['an empty body', () => jsonText(''), /JSON that is not whole/],
    ['another shape', () => json({ title: 'a' }), /not of the expected form/],
    ['a list where one is wanted', () => json([{ name: 'a' }]), /not of the expected form/],
    ['null', () => json(null), /not of the expected form/],
  ]
  test.each(bad)('when it is %s', async (_, made, message) => {
    answer(made)
    const { client, soon, sent } = connected()
    const error = await soon(client.json('/a', shape)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TransientError)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
    expect(sent).toHaveLength(5)
  })

  test('and forgotten when the next one is whole', async () => {
    answer((_, nth) => (nth === 0 ? html() : json({ name: 'a' })))
    const { client, soon } = connected()
    expect((await soon(client.json('/a', shape))).data).toEqual({ name: 'a' })
  })

  test('when what must be proven is not', async () => {
    answer((_, nth) => new Response(nth === 0 ? 'half' : 'whole'))
    const { client, soon } = connected()
    const whole = await soon(
      client.bytes('/a', ({ body }) => {
        const text = Buffer.from(body).toString()
        if (text !== 'whole') throw new TransientError('Not whole.')
        return text
      }),
    )
    expect(whole).toBe('whole')
  })
})

test('a field nobody reads may be anything', async () => {
  answer(() => json({ name: 'a', other: { deep: [null] } }))
  const { client, soon } = connected()
  expect((await soon(client.json('/a', shape))).data).toEqual({ name: 'a' })
})

function jsonText(body: string): Response {
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { fakeDoor } from '../../src/demo/door.ts'
import type { Fault } from '../../src/demo/faults.ts'
import { serveFake } from '../../src/demo/serve-fake.ts'
import { madeFake } from './fake.ts'

function failing(fault: Fault) {
  const made = madeFake('gitea-1.26')
  made.world.user('bot')
  for (const name of ['a', 'b', 'c']) made.world.createRepo(`bot/${name}`)
  made.fake.fail(({ path }) => (path.includes('/users/bot/repos') ? fault : undefined))
  return made
}

test('a refusing server says how long to wait', async () => {
  const { ask } = failing({ kind: 'status', status: 429, retryAfter: 7 })
  expect(await ask('/users/bot/repos')).toMatchObject({ status: 429, headers: { 'retry-after': '7' } })
  expect((await ask('/version')).status).toBe(200)
})

test('a list can have holes, be short, or be counted wrongly', async () => {
  expect((await failing({ kind: 'nulls' }).ask('/users/bot/repos')).json).toMatchObject([
    null,
    { name: 'b' },
    { name: 'c' },
  ])
  expect(await failing({ kind: 'short', keep: 1 }).ask('/users/bot/repos')).toMatchObject({
    headers: { 'x-total-count': '3' },
    json: [{ name: 'a' }],
  })
  expect((await failing({ kind: 'total', total: 9 }).ask('/users/bot/repos')).headers['x-total-count']).toBe('9')
})

test('a page of HTML comes as a success', async () => {
  const answer = await failing({ kind: 'html' }).ask('/users/bot/repos')
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    json: undefined,
  })
})

test('through the door a reset has its code, and hanging ends with the caller’s patience', async () => {
  await expect(failing({ kind: 'reset' }).ask('/users/bot/repos')).rejects.toMatchObject({
    name: 'TransientError',
    code: 'ECONNRESET',
  })
  await expect(failing({ kind: 'truncate' }).ask('/users/bot/repos')).rejects.toMatchObject({ name: 'TransientError' })
  const controller = new AbortController()
  const waiting = fakeDoor(failing({ kind: 'hang' }).fake)({
    method: 'GET',
    path: '/api/v1/users/bot/repos',
    headers: {},
    signal: controller.signal,
  })
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

test('over a socket it answers as in memory, with links to where it is', async () => {
  const { fake, ask } = failing({ kind: 'hang' })
  await using server = await serveFake(fake)
  const answer = await fetch(`${server.url}/api/v1/repos/bot/a`)
  expect(await answer.json()).toMatchObject({ html_url: `${server.url}/bot/a` })
  expect((await ask('/repos/bot/a')).text).toContain(server.url)
})

test('over a socket a reset, a truncated and a hanging answer are what they say', async () => {
  for (const kind of ['reset', 'truncate'] as const) {
    await using server = await serveFake(failing({ kind }).fake)
    await expect(fetch(`${server.url}/api/v1/users/bot/repos`).then((answer) => answer.text())).rejects.toThrow()
  }
  await using server = await serveFake(failing({ kind: 'hang' }).fake)
  const signal = AbortSignal.timeout(100)
  await expect(fetch(`${server.url}/api/v1/users/bot/repos`, { signal })).rejects.toThrow(/timeout/)
})

test('webhooks are sent once each, and one that cannot be delivered is lost', async () => {
  const received: string[] = []
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  const receiver = createServer(async (request, response) => {
    received.push(
      `${request.headers['x-gitea-event']} ${(await buffer(request)).length === Number(request.headers['content-length'])}`,
    )
    response.writeHead(500).end()
    if (received.length === 2) resolve()
  })
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening))
  const address = receiver.address()
  const port = address && typeof address === 'object' ? address.port : 0
  const { fake, world } = failing({ kind: 'hang' })
  await using _server = await serveFake(fake)
  world.hook('bot/a', 'http://127.0.0.1:9/nobody')
  world.hook('bot/a', `http://127.0.0.1:${port}/hook`)
  world.commit('bot/a', 'main', { a: 'a' })
  await arrived
  expect(received.sort()).toEqual(['create true', 'push true'])
  receiver.close()
})

import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alphaId, metaId, openDesk, posted, push, secret, start } from '../work/desk.ts'
import { recordedWebhooks, recorders } from '../work/recorded.ts'

let desk: ReturnType<typeof openDesk>
beforeEach(() => {
  desk = openDesk({ secrets: [secret, 'previous', 's3cret', 'recorded'] })
})
afterEach(() => desk[Symbol.asyncDispose]())

const send = (request: ReturnType<typeof posted>) => desk.app.inject(request)
const form = (json: string) => new URLSearchParams({ payload: json }).toString()
const refsAsked = { target: `refs/${alphaId}`, due_at: start, again_at: start + 5000, priority: 1 }

describe('a delivery', () => {
  test('is kept and asks for what it names, now and again 5 s later, before it is answered 202', async () => {
    const answer = await send(posted(push()))
    expect(answer.statusCode).toBe(202)
    expect(desk.inbox()).toEqual([
      { id: 'id-1', event: 'push', action: null, repo: 'rfcs/alpha', targets: `refs/${alphaId}` },
    ])
    expect(desk.queue()).toEqual([refsAsked])
  })

  test('F2: whose id was seen before is answered 200 and changes nothing', async () => {
    await send(posted(push()))
    desk.pass(3000)
    const answer = await send(posted(push('other'), { event: 'create' }))
    expect(answer.statusCode).toBe(200)
    expect(desk.inbox()).toHaveLength(1)
    expect(desk.queue()).toEqual([refsAsked])
  })

  test('F2: redelivered by hand under a new id asks once more for the same, and for nothing else', async () => {
    await send(posted(push()))
    const answer = await send(posted(push(), { id: 'id-2' }))
    expect(answer.statusCode).toBe(202)
    expect(desk.queue()).toEqual([refsAsked])
  })

  test('F6: that concerns nothing is kept, answered 202, and asks for nothing', async () => {
    for (const event of ['star', 'issues', 'release', 'never-heard-of']) {
      const answer = await send(posted({ ...push(), action: 'created' }, { event, id: event }))
      expect(answer.statusCode).toBe(202)
    }
    expect(desk.inbox()).toHaveLength(4)
    expect(desk.queue()).toEqual([])
  })

  test('without an id is known by its bytes', async () => {
    const { 'x-gitea-delivery': _, ...headers } = posted(push()).headers
    const request = { ...posted(push()), headers }
    expect((await desk.app.inject(request)).statusCode).toBe(202)
    expect((await desk.app.inject(request)).statusCode).toBe(200)
    expect(desk.inbox()).toMatchObject([{ id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }])
  })

  test('with a charset beside its content type is read as any other', async () => {
    const answer = await send(posted(push(), { headers: { 'content-type': 'application/json; charset=utf-8' } }))
    expect(answer.statusCode).toBe(202)
  })

  test('G6: of 1.14, with the secret in its payload, leaves no trace of it', async () => {
    await using told = openDesk({ level: 'trace' })
    const old = posted(push('topic', { secret: 'plain-secret-of-1.14' }))
    expect((await told.app.inject(old)).statusCode).toBe(202)
    expect((await told.app.inject({ ...old, payload: `${old.payload} ` })).statusCode).toBe(401)
    told.db.exec('DROP TABLE deliveries')
    expect((await told.app.inject(old)).statusCode).toBe(503)
    const tables = told.db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
    const kept = tables.map((table) => told.db.prepare(`SELECT * FROM ${table}`).all())
    expect(JSON.stringify(kept)).toContain('refs/7')
    expect(JSON.stringify([kept, told.logged])).not.toContain('plain-secret')
    expect(told.logged.join()).toContain('delivery not kept')
  })

  test('F4: of the previous secret is taken while both are accepted', async () => {
    expect((await send(posted(push(), { by: 'previous' }))).statusCode).toBe(202)
    expect((await send(posted(push(), { by: 'the one before', id: 'id-2' }))).statusCode).toBe(401)
  })

  test.each(['x-gitea-signature', 'x-forgejo-signature'])('is believed by its bare %s alone', async (name) => {
    const { 'x-gitea-signature': signature, ...headers } = posted(push()).headers
    const answer = await desk.app.inject({ ...posted(push()), headers: { ...headers, [name]: signature } })
    expect(answer.statusCode).toBe(202)
  })

  test('is believed by its X-Hub-Signature-256 alone', async () => {
    const { 'x-gitea-signature': signature, ...headers } = posted(push()).headers
    const hub = { ...headers, 'x-hub-signature-256': `sha256=${signature}` }
    expect((await desk.app.inject({ ...posted(push()), headers: hub })).statusCode).toBe(202)
  })
})

describe('a form', () => {
  const formed = (json: string, signed: string) => ({
    ...posted(json),
    payload: form(json),
    headers: {
      ...posted(signed).headers,
      'content-type': 'application/x-www-form-urlencoded',
    },
  })

  test('carries the JSON that was signed', async () => {
    const json = JSON.stringify(push('ü+& %41'))
    expect((await desk.app.inject(formed(json, json))).statusCode).toBe(202)
    expect(desk.queue()).toEqual([refsAsked])
  })

  test('whose very bytes were signed, instead of its JSON, is refused', async () => {
    const json = JSON.stringify(push())
    expect((await desk.app.inject(formed(json, form(json)))).statusCode).toBe(401)
  })

  test('without a payload is none', async () => {
    const request = { ...formed('{}', '{}'), payload: 'other=1' }
    expect((await desk.app.inject(request)).statusCode).toBe(400)
  })
})

describe('fault 54, F4, F5: refused, and nothing kept, is', () => {
  const refused: [number, string, ReturnType<typeof posted>][] = [
    [401, 'a wrong signature', posted(push(), { by: 'guessed' })],
    [401, 'an empty signature', posted(push(), { headers: { 'x-gitea-signature': '' } })],
    [401, 'a signature of other bytes', { ...posted(push()), payload: JSON.stringify(push('forged')) }],
    [401, 'what nobody signed, whatever it says', posted('not json', { by: 'guessed' })],
    [401, 'an empty body that is not signed', posted('', { by: 'guessed' })],
    [415, 'plain text', posted(push(), { headers: { 'content-type': 'text/plain' } })],
    [415, 'XML', posted(push(), { headers: { 'content-type': 'application/xml' } })],
    [415, 'a multipart form', posted(push(), { headers: { 'content-type': 'multipart/form-data; boundary=x' } })],
    [415, 'what is of no type', posted(push(), { headers: { 'content-type': '' } })],
    [413, 'a body of 1 MiB and a byte', posted('x'.repeat(1024 * 1024 + 1))],
    [400, 'what is not JSON', posted('{"ref":')],
    [400, 'a JSON text', posted('"push"')],
    [400, 'null', posted('null')],
    [400, 'nothing, signed', posted('')],
  ]
  test.each(refused)('%i for %s', async (status, _, request) => {
    const answer = await send(request)
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toEqual({ error: expect.stringMatching(/\.$/) })
    expect(desk.inbox()).toEqual([])
    expect(desk.queue()).toEqual([])
    expect(desk.refusals).toEqual([String(status)])
  })

  test('a body of exactly 1 MiB is not too large', async () => {
    const empty = JSON.stringify(push('topic', { padding: '' }))
    const json = JSON.stringify(push('topic', { padding: 'x'.repeat(1024 * 1024 - empty.length) }))
    expect(json).toHaveLength(1024 * 1024)
    expect((await send(posted(json))).statusCode).toBe(202)
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'] as const)('%s', async (method) => {
    const answer = await desk.app.inject({ method, url: '/webhooks/gitea' })
    expect(answer.statusCode).toBeGreaterThanOrEqual(404)
    expect(answer.statusCode).toBeLessThan(406)
  })

  test('without any secret, everything', async () => {
    await using closed = openDesk({ secrets: [] })
    expect((await closed.app.inject(posted(push(), { by: '' }))).statusCode).toBe(401)
    expect((await closed.app.inject(posted(push()))).statusCode).toBe(401)
  })
})

describe('F29: while the database cannot take it', () => {
  test.each(['deliveries', 'targets'])(
    'a delivery is answered 503, and is new when it comes again: %s',
    async (table) => {
      desk.db.exec(
        `CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
      )
      expect((await send(posted(push()))).statusCode).toBe(503)
      expect(desk.inbox()).toEqual([])
      desk.db.exec('DROP TRIGGER full')
      expect((await send(posted(push()))).statusCode).toBe(202)
      expect(desk.queue()).toEqual([refsAsked])
    },
  )
})

describe.each(recorders)('every webhook of $server', ({ server, owner }) => {
  test('is taken as it came over the wire, and again changes nothing', async () => {
    for (const { headers, body } of recordedWebhooks(server)) {
      const request = { method: 'POST' as const, url: '/webhooks/gitea', headers, payload: body }
      expect((await desk.app.inject(request)).statusCode).toBe(202)
      expect((await desk.app.inject(request)).statusCode).toBe(200)
    }
    expect(desk.inbox()).toHaveLength(recordedWebhooks(server).length)
    expect(desk.inbox()).toMatchObject(
      recordedWebhooks(server).map(({ headers }) => ({
        id: headers['x-gitea-delivery'],
        event: headers['x-gitea-event'],
      })),
    )
    expect(owner === 'rfcs' ? desk.queue().length > 0 : desk.queue().length === 0).toBe(true)
  })
})

test('F9: what one delivery asks, it asks whole: the queue and the inbox agree', async () => {
  const meta = { id: metaId, full_name: 'rfcs/meta', default_branch: 'main' }
  await send(posted({ ref: 'refs/heads/main', repository: meta }))
  expect(desk.inbox()).toMatchObject([{ targets: 'meta-entries meta-branches' }])
  expect(desk.queue()).toMatchObject([{ target: 'meta-branches' }, { target: 'meta-entries' }])
})

test('the log says that something was refused, and never with what', async () => {
  await using talking = openDesk({ level: 'trace' })
  const wrong = createHmac('sha256', 'wrong').update('x').digest('hex')
  await talking.app.inject(posted(push(), { headers: { 'x-gitea-signature': wrong, authorization: 'Basic c2VjcmV0' } }))
  expect(talking.refusals).toEqual(['401'])
  expect(talking.logged.join('')).not.toMatch(/c2VjcmV0|geheim/)
})

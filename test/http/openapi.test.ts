import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openDesk, posted, push } from '../work/desk.ts'

type Shape = { [key: string]: unknown }
type Said = { description: string; content?: Record<string, { schema: Shape }> }
type Operation = {
  summary?: string
  responses: Record<string, Said>
  parameters?: { name: string; in: string; schema: Shape }[]
}
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> }

let desk: ReturnType<typeof openDesk>
let document: Document
const routes: string[] = []
beforeEach(async () => {
  desk = openDesk()
  routes.length = 0
  desk.app.addHook('onRoute', ({ method, url, schema }) => {
    const isHidden = schema && 'hide' in schema && schema.hide
    for (const each of [method].flat())
      if (!isHidden && each !== 'HEAD') routes.push(`${each} ${url.replace(/:(\w+)/g, '{$1}')}`)
  })
  document = (await desk.app.inject({ url: '/openapi.json' })).json()
})
afterEach(() => desk[Symbol.asyncDispose]())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
const schemaOf = (said: Said | undefined, type: string) =>
  z.fromJSONSchema((said?.content?.[type]?.schema ?? { not: {} }) as Parameters<typeof z.fromJSONSchema>[0])

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 and has every route there is', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(routes.length).toBeGreaterThanOrEqual(9)
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(routes.toSorted())
  })

  test('says of each what it does, what it answers, and every part of its path', () => {
    for (const { name, path, operation } of operations()) {
      expect(operation.summary, name).toMatch(/^[A-Z].*[^.]$/)
      const answers = Object.entries(operation.responses)
      expect(answers.length, name).toBeGreaterThan(0)
      for (const [status, { description }] of answers) {
        expect(status).toMatch(/^[2-5]\d\d$/)
        expect(description, `${name} ${status}`).not.toBe('')
      }
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name)
      expect(inPath, name).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part))
    }
  })

  test('says of each number from where to where it goes, and what it is by default', () => {
    const numbers = operations().flatMap(({ name, operation }) =>
      (operation.parameters ?? [])
        .filter(({ schema }) => schema.type === 'integer')
        .map((one) => ({ of: name, ...one })),
    )
    expect(Object.fromEntries(numbers.map(({ of, name, schema }) => [`${of} ${name}`, schema]))).toMatchObject({
      'GET /api/v1/changes since': { minimum: 0 },
      'GET /api/v1/changes limit': { minimum: 1, maximum: 1000, default: 1000 },
      'GET /api/v1/jobs limit': { minimum: 1, maximum: 1000, default: 50 },
      'GET /api/v1/jobs before': { exclusiveMinimum: 0 },
      'GET /api/v1/jobs/{id} id': { exclusiveMinimum: 0 },
      'DELETE /api/v1/jobs/{id} id': { exclusiveMinimum: 0 },
    })
  })

  test('leaves no reference open and names no shape of an older OpenAPI', () => {
    const text = JSON.stringify(document)
    expect(text).not.toContain('$ref')
    expect(text).not.toContain('"nullable"')
  })

  test('tells that everything but the webhook and health may need a token', () => {
    for (const { name, operation } of operations())
      expect(Object.keys(operation.responses).includes('401'), name).toBe(!/ \/healthz$/.test(name))
  })
})

test.each([
  ['/openapi.json', 'get', {}],
  ['/healthz', 'get', {}],
  ['/api/v1/status', 'get', {}],
  ['/api/v1/changes', 'get', { query: '?since=0' }],
  ['/api/v1/changes', 'get', { query: '?since=1' }],
  ['/api/v1/changes', 'get', { query: '?since=x' }],
  ['/api/v1/jobs', 'get', {}],
  ['/api/v1/jobs', 'get', { query: '?limit=x' }],
  ['/api/v1/jobs', 'post', { payload: { kind: 'verify' } }],
  ['/api/v1/jobs', 'post', { payload: { kind: 'nonsense' } }],
  ['/api/v1/jobs/{id}', 'get', { id: 1 }],
  ['/api/v1/jobs/{id}', 'get', { id: 9 }],
  ['/api/v1/jobs/{id}', 'delete', { id: 1 }],
  ['/api/v1/jobs/{id}', 'delete', { id: 9 }],
  ['/api/v1/jobs/{id}', 'delete', { id: 2 }],
  ['/api/v1/jobs', 'get', { headers: { 'x-forwarded-for': '192.0.2.1' } }],
  ['/webhooks/gitea', 'post', posted(push())],
  ['/webhooks/gitea', 'post', posted(push(), { by: 'guessed' })],
] as const)('%s answers a %s as it is described: %o', async (path, method, said) => {
  desk.db.exec(`INSERT INTO changes (table_name, key, op) VALUES ('cached_rfcs', 'a', 'new')`)
  desk.store.jobs.request('probe', 'scheduled', '2026-11-22T10:00:00Z')
  const { id } = desk.store.jobs.request('dry-run', 'scheduled', '2026-11-22T10:00:00Z')
  desk.store.jobs.start(id, '2026-11-22T10:00:00Z')
  desk.store.jobs.finish(id, 'completed', '2026-11-22T10:00:00Z', null, { dry_run: true })
  const { query = '', id: asked = '', ...rest } = said as { query?: string; id?: number; payload?: object }
  const url = path.replace('{id}', String(asked)) + query
  const answer = await desk.app.inject({ method: method.toUpperCase() as 'GET', ...rest, url })
  const described = document.paths[path]?.[method]?.responses[answer.statusCode]
  expect(described, `${answer.statusCode} is not described`).toBeDefined()
  const type = String(answer.headers['content-type']).split(';')[0] ?? ''
  expect(schemaOf(described, type).safeParse(answer.json()).error).toBeUndefined()
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDesk } from '../work/desk.ts'

type Answer = { status: number; type: string; headers: Headers; json: Record<string, unknown> }

let desk: ReturnType<typeof openDesk>
let url: string
beforeEach(async () => {
  desk = openDesk()
  url = await desk.app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(() => desk[Symbol.asyncDispose]())

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, init)
  const { status, headers } = answer
  return { status, headers, type: headers.get('content-type') ?? '', json: JSON.parse(await answer.text()) }
}
const post = (said: unknown, type = 'application/json') =>
  ask('/api/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof said === 'string' ? said : JSON.stringify(said),
  })
const stop = (id: number, query = '') => ask(`/api/v1/jobs/${id}${query}`, { method: 'DELETE' })
const begin = (id: number) => desk.store.jobs.start(id, '2026-11-22T10:00:00Z')
const statusOf = (id: number) => desk.store.jobs.byId(id)?.status

/** What every problem is, and that it is this one. */
function expectProblem({ status, type, json }: Answer, expected: number, detail: RegExp): void {
  expect(status).toBe(expected)
  expect(type).toBe('application/problem+json')
  expect(json).toMatchObject({ type: 'about:blank', title: expect.stringMatching(/^[A-Z].*[^.]$/), status: expected })
  expect(json.detail).toMatch(/\.$/)
  expect(json.detail).toMatch(detail)
}

describe('whoever asks for a run', () => {
  test('is answered 202 at once with its number, and the one who runs jobs is woken', async () => {
    const { status, json, headers } = await post({ kind: 'reconcile', client: 'wiki' })
    expect(status).toBe(202)
    expect(json).toEqual({
      job_id: 1,
      status: 'pending',
      message: expect.stringMatching(/jobs\/1.*\.$/),
      coalesced: false,
    })
    expect(headers.get('location')).toBe('/api/v1/jobs/1')
    expect(desk.store.jobs.byId(1)).toMatchObject({ kind: 'reconcile', status: 'pending', triggered_by: 'api:wiki' })
    expect(desk.rings()).toBe(1)
  })

  test('without a name is known by the address', async () => {
    await post({ kind: 'probe' })
    expect(desk.store.jobs.byId(1)?.triggered_by).toBe('api:127.0.0.1')
  })

  test('while one waits or runs is given that one', async () => {
    await post({ kind: 'probe' })
    expect((await post({ kind: 'probe' })).json).toMatchObject({ job_id: 1, status: 'pending', coalesced: true })
    begin(1)
    expect((await post({ kind: 'probe' })).json).toMatchObject({ job_id: 1, status: 'running', coalesced: true })
    expect((await post({ kind: 'verify' })).json).toMatchObject({ job_id: 2, coalesced: false })
  })

  test.each([
    [400, /kind: .*"probe"\|"reconcile"/, { kind: 'nonsense' }],
    [400, /kind: /, {}],
    [400, /In the body: Send JSON like \{"kind":"reconcile"\}/, []],
    [400, /client: .*letters/, { kind: 'probe', client: 'a\nb' }],
    [400, /client: .*letters/, { kind: 'probe', client: 'x'.repeat(51) }],
    [400, /force/, { kind: 'probe', force: true }],
    [400, /JSON/, '{"kind":'],
    [400, /In the body: Send JSON like/, ''],
    [413, /too large/, { kind: 'probe', client: 'x'.repeat(17_000) }],
  ])('in other words is told %i and what to say: %s', async (status, detail, said) => {
    expectProblem(await post(said), status, detail)
    expect(desk.store.jobs.list({ limit: 9 })).toEqual([])
  })

  test('not in JSON is told 415', async () => {
    expectProblem(await post('kind=probe', 'application/x-www-form-urlencoded'), 415, /Content-Type: application\/json/)
  })

  test('while another process keeps the file locked is told 503, and when to come again', async () => {
    desk.store.waitAtMost(1)
    desk.db.exec('BEGIN IMMEDIATE')
    const answer = await post({ kind: 'probe' })
    expectProblem(answer, 503, /locked.*again\.$/)
    expect(answer.headers.get('retry-after')).toBe('1')
    desk.db.exec('ROLLBACK')
    expect((await post({ kind: 'probe' })).status).toBe(202)
  })

  test('of a web page elsewhere is refused', async () => {
    const init = {
      method: 'POST',
      headers: { origin: 'http://evil.example', 'content-type': 'text/plain' },
      body: '{"kind":"probe"}',
    }
    expectProblem(await ask('/api/v1/jobs', init), 403, /our own pages/)
  })
})

describe('whoever looks at a run', () => {
  test('sees how far it is, its rate, and the time it needs', async () => {
    await post({ kind: 'reconcile' })
    begin(1)
    desk.store.jobs.progress(1, 'branches and pulls', 20, 100, '2026-11-22T10:00:00Z')
    desk.pass(10_000)
    expect((await ask('/api/v1/jobs/1')).json).toMatchObject({
      ...{ id: 1, status: 'running', phase: 'branches and pulls', done: 20, total: 100, rate: 2, eta_seconds: 40 },
      result: {},
    })
  })

  test('that has ended sees what it brought', async () => {
    await post({ kind: 'verify' })
    begin(1)
    const drift = [{ table: 'cached_rfcs', key: 'a', column: 'title', have: 'A', want: 'B' }]
    desk.store.jobs.finish(1, 'completed_with_warnings', '2026-11-22T10:01:00Z', '1 columns drifted.', { drift })
    expect((await ask('/api/v1/jobs/1')).json).toMatchObject({
      status: 'completed_with_warnings',
      error_message: '1 columns drifted.',
      completed_at: '2026-11-22T10:01:00Z',
      rate: null,
      result: { drift },
    })
  })

  test('that is none is told 404; by something that is no number, 400', async () => {
    expectProblem(await ask('/api/v1/jobs/7'), 404, /GET \/api\/v1\/jobs/)
    for (const id of ['x', '1.5', '-1', '0', '1e400', '0x1', '1e0', '+1', '%201', '1%20', '１'])
      expectProblem(await ask(`/api/v1/jobs/${id}`), 400, /path: id: Say/)
  })

  test('sees the list, newest first, by status and kind, a page after the other', async () => {
    for (const kind of ['probe', 'verify', 'reconcile']) await post({ kind })
    begin(2)
    const listed = async (query: string) =>
      ((await ask(`/api/v1/jobs${query}`)).json.jobs as { id: number }[]).map(({ id }) => id)
    expect(await listed('')).toEqual([3, 2, 1])
    expect(await listed('?limit=2')).toEqual([3, 2])
    expect(await listed('?limit=2&before=2')).toEqual([1])
    expect(await listed('?status=running')).toEqual([2])
    expect(await listed('?kind=probe&status=pending')).toEqual([1])
  })

  test.each([
    ['?status=lost', /query: status: .*"pending"/],
    ['?limit=0', /limit: Say a number from 1 to 1000/],
    ['?limit=1001', /limit: Say a number from 1 to 1000/],
    ['?before=x', /before: Say the number of a run/],
    ['?before=0x10', /before: Say the number of a run/],
    ['?before=', /before: Say the number of a run/],
    ['?limit=0x10', /limit: Say a number from 1 to 1000/],
    ['?limit=1e2', /limit: Say a number from 1 to 1000/],
    ['?limit=%205', /limit: Say a number from 1 to 1000/],
    ['?limit=true', /limit: Say a number from 1 to 1000/],
    ['?limit=1&limit=2', /limit: Say a number from 1 to 1000/],
  ])('of a list in other words is told what to say: %s', async (query, detail) => {
    expectProblem(await ask(`/api/v1/jobs${query}`), 400, detail)
  })
})

describe('whoever asks a run to stop', () => {
  test('is answered 202; one that runs is told, one that waits has failed', async () => {
    await post({ kind: 'probe' })
    await post({ kind: 'verify' })
    begin(1)
    expect(await stop(1, '?client=wiki')).toMatchObject({ status: 202, json: { job_id: 1, status: 'running' } })
    expect(desk.store.jobs.byId(1)).toMatchObject({ status: 'running', stop_by: 'api:wiki' })
    expect(await stop(2)).toMatchObject({ status: 202, json: { job_id: 2, status: 'failed' } })
    expect(desk.store.jobs.byId(2)).toMatchObject({
      status: 'failed',
      error_message: 'stopped by api:127.0.0.1',
      completed_at: expect.any(String),
    })
  })

  test('may name the type of the body that it does not send', async () => {
    await post({ kind: 'probe' })
    const init = { method: 'DELETE', headers: { 'content-type': 'application/json' } }
    expect(await ask('/api/v1/jobs/1', init)).toMatchObject({ status: 202, json: { job_id: 1, status: 'failed' } })
    expectProblem(await ask('/api/v1/jobs/1', { ...init, body: '{' }), 400, /JSON/)
  })

  test('that has ended is told 409, and that never was 404', async () => {
    await post({ kind: 'probe' })
    begin(1)
    desk.store.jobs.finish(1, 'completed', '2026-11-22T10:01:00Z', null, {})
    expectProblem(await stop(1), 409, /GET \/api\/v1\/jobs\/1/)
    expect(statusOf(1)).toBe('completed')
    expectProblem(await stop(2), 404, /GET \/api\/v1\/jobs/)
  })
})

describe('what is not there', () => {
  test('is a problem that leads to the description', async () => {
    for (const path of ['/api/v1/none', '/api/v1/jobs/1/2', '/api', '/none'])
      expectProblem(await ask(path), 404, /GET \/openapi\.json/)
  })

  test.each([
    ['PUT', '/api/v1/jobs', 'GET, HEAD, POST'],
    ['POST', '/api/v1/jobs/1', 'DELETE, GET, HEAD'],
    ['DELETE', '/api/v1/changes?since=0', 'GET, HEAD'],
    ['PATCH', '/healthz', 'GET, HEAD'],
  ])('with the method %s at %s is told the ones it takes', async (method, path, allowed) => {
    const answer = await ask(path, { method })
    expectProblem(answer, 405, new RegExp(`takes ${allowed}\\.`))
    expect(answer.headers.get('allow')).toBe(allowed)
  })

  test('by a path that is no path is a problem too', async () => {
    expectProblem(await ask('/api/v1/jobs/%zz'), 400, /%zz/)
  })
})

test('a reader too late for the change feed is told in a problem where to go on', async () => {
  desk.db.exec(`INSERT INTO settings (name, value) VALUES ('changes_forgotten', '99')`)
  const answer = await ask('/api/v1/changes?since=1')
  expectProblem(answer, 410, /latest/)
  expect(answer.json.latest).toEqual(expect.any(Number))
})

test.each([
  '',
  '?since=',
  '?since=x',
  '?since=1e3',
  '?since=0x10',
  '?since=%201',
  '?since=-1',
  '?since=9999999999999999',
])('a reader of the change feed in other words is told what to say: %j', async (query) => {
  expectProblem(await ask(`/api/v1/changes${query}`), 400, /query: since: Say a number from an earlier answer/)
})

test.each(['0', '1001', '1e2', '0x10', '%205'])('a page of the change feed has no %s rows', async (limit) => {
  expectProblem(await ask(`/api/v1/changes?since=0&limit=${limit}`), 400, /limit: Say a number from 1 to 1000/)
})

test('what goes wrong in rfcached is told without its words, which are in the log', async () => {
  await using broken = openDesk({ level: 'error' })
  broken.db.exec('ALTER TABLE jobs RENAME TO elsewhere')
  const { statusCode, body } = await broken.app.inject({ url: '/api/v1/jobs' })
  expect(statusCode).toBe(500)
  expect(body).toContain('Its log says what.')
  expect(body).not.toContain('jobs')
  expect(broken.logged.join('')).toContain('no such table')
})

import { afterEach, describe, expect, test } from 'vitest'
import { openDesk } from '../work/desk.ts'

const token = 'a-token-that-nobody-guesses'
const proxied = { 'x-forwarded-for': '192.0.2.1' }
let desk: ReturnType<typeof openDesk>
afterEach(() => desk[Symbol.asyncDispose]())

const get = (url: string, headers: Record<string, string> = {}) => desk.app.inject({ url, headers })
const post = (url: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  desk.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  })
const runs = () => desk.db.prepare('SELECT kind, status, triggered_by, stop_by FROM jobs ORDER BY id').all()

describe('the page', () => {
  test('is for nobody’s cache, frame, script or other host', async () => {
    desk = openDesk()
    const { statusCode, headers, body } = await get('/')
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/),
    })
    expect(String(headers['content-security-policy'])).not.toMatch(/unsafe|https?:|\*/)
    for (const [, address] of body.matchAll(/(?:src|href)="([\w-]+\.(?:css|js|svg))"/g))
      expect((await get(`/${address}`, proxied)).statusCode).toBe(200)
  })

  test('has its own style and script, kept for ever under a name that changes with them', async () => {
    desk = openDesk({ token })
    const address = /href="(page-\w+\.css)"/.exec((await get('/')).body)?.[1]
    const style = await get(`/${address}`, { ...proxied, host: 'rfcs.example.org' })
    expect(style.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': expect.stringContaining('immutable'),
    })
  })

  test('is no part of the API’s description', async () => {
    desk = openDesk()
    const { paths } = (await get('/openapi.json')).json()
    expect(Object.keys(paths)).toContain('/api/v1/status')
    expect(
      Object.keys(paths).filter((path) => !path.startsWith('/api/') && !/healthz|metrics|openapi|webhooks/.test(path)),
    ).toEqual([])
  })

  test('asks for a reconcile at a press of its button, once, wakes the one who runs it, and comes back', async () => {
    desk = openDesk()
    const answer = await post('/reconcile')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, './'])
    expect(runs()).toEqual([{ kind: 'reconcile', status: 'pending', triggered_by: 'manual:page', stop_by: null }])
    expect(desk.rings()).toBe(1)
    await post('/reconcile')
    expect(runs()).toHaveLength(1)
    expect((await get('/')).body).toMatch(/aria-disabled="true">Reconciling …/)
  })

  test('stops a run, and takes a number that is none for nothing', async () => {
    desk = openDesk()
    await post('/reconcile')
    for (const wrong of ['', '-1', 'x', '999']) expect((await post('/stop', { job: wrong })).statusCode).toBe(303)
    expect(runs()).toMatchObject([{ status: 'pending', stop_by: null }])
    expect((await post('/stop', { job: '1' })).headers.location).toBe('./')
    expect(runs()).toMatchObject([{ status: 'failed', stop_by: 'manual:page' }])
    expect((await get('/')).body).toContain('stopped by manual:page')
  })

  test.each(['/reconcile', '/stop', '/sign-in', '/sign-out'])(
    'takes nothing at %s from another web page',
    async (path) => {
      desk = openDesk({ token })
      const answer = await post(path, { token, job: '1' }, { origin: 'https://evil.example' })
      expect(answer.statusCode).toBe(403)
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(runs()).toEqual([])
    },
  )
})

describe('signing in', () => {
  test('is asked of others, and there is nothing to see or do before', async () => {
    desk = openDesk({ token })
    expect(await get('/', proxied)).toMatchObject({ statusCode: 303, headers: { location: 'sign-in' }, body: '' })
    expect((await post('/reconcile', {}, proxied)).statusCode).toBe(401)
    expect((await post('/stop', { job: '1' }, proxied)).statusCode).toBe(401)
    expect(runs()).toEqual([])
    expect((await get('/sign-in', proxied)).body).toContain('type="password"')
  })

  test.each(['/reconcile', '/stop'])(
    'is asked of who presses a button at %s after the session has ended, and says that nothing was done',
    async (path) => {
      desk = openDesk({ token })
      const said = String((await post('/sign-in', { token }, proxied)).headers['set-cookie'])
      const cookie = said.split(';')[0] ?? ''
      desk.pass(12 * 3_600_000)
      const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
      const answer = await post(path, { job: '1' }, { ...proxied, cookie, accept })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([401, 'text/html; charset=utf-8'])
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      })
      expect(answer.body).toContain('not signed in any more, so nothing was done')
      expect(answer.body).toContain('type="password"')
      expect(runs()).toEqual([])
      const byScript = await post(path, { job: '1' }, { ...proxied, cookie, accept: '*/*' })
      expect([byScript.statusCode, byScript.headers['content-type']]).toEqual([401, 'application/problem+json'])
    },
  )

  test('keeps a session that no script reads, no other site sends, and that is not the token', async () => {
    desk = openDesk({ token })
    const plain = await post('/sign-in', { token: ` ${token} ` }, proxied)
    expect([plain.statusCode, plain.headers.location]).toEqual([303, './'])
    const line = String(plain.headers['set-cookie'])
    expect(line).toMatch(/^rfcached_session=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/)
    expect(line).not.toContain(token)
    const cookie = line.split(';')[0] ?? ''
    expect((await get('/', { ...proxied, cookie })).body).toContain('Sign out')
    expect((await post('/reconcile', {}, { ...proxied, cookie })).statusCode).toBe(303)
    expect(runs()).toHaveLength(1)
    desk.pass(12 * 3_600_000)
    expect((await get('/', { ...proxied, cookie })).statusCode).toBe(303)
  })

  test('can be ended by whoever began it, and this machine, which needs none, is not asked to', async () => {
    desk = openDesk({ token, proxied: true })
    const cookie = String((await post('/sign-in', { token })).headers['set-cookie']).split(';')[0] ?? ''
    expect((await get('/', { cookie })).body).toContain('Sign out')
    await desk[Symbol.asyncDispose]()
    desk = openDesk({ token })
    expect((await get('/')).body).not.toContain('Sign out')
  })

  test.each([{ 'x-forwarded-proto': 'https' }, { forwarded: 'for=192.0.2.1;proto=https' }])(
    'over https (%o) keeps it for https only',
    async (headers: Record<string, string>) => {
      desk = openDesk({ token })
      expect(String((await post('/sign-in', { token }, headers)).headers['set-cookie'])).toMatch(/; Secure$/)
      expect(String((await post('/sign-out', {}, headers)).headers['set-cookie'])).toMatch(
        /^rfcached_session=; .*Max-Age=0;.*Secure$/,
      )
    },
  )

  test('with a wrong token says so, and after ten has to wait', async () => {
    desk = openDesk({ token })
    for (const wrong of ['', 'x', `${token}x`, token.slice(1), 'x', 'x', 'x', 'x', 'x', 'x']) {
      const answer = await post('/sign-in', { token: wrong }, proxied)
      expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([401, undefined])
      expect(answer.body).toContain('That is not the API token.')
    }
    const slowed = await post('/sign-in', { token }, proxied)
    expect([slowed.statusCode, slowed.headers['retry-after']]).toEqual([429, '10'])
    expect(slowed.body).toContain('try again in 10 s')
    desk.pass(10_000)
    expect((await post('/sign-in', { token }, proxied)).statusCode).toBe(303)
  })

  test('is not possible where there is no token', async () => {
    desk = openDesk()
    expect((await get('/', proxied)).statusCode).toBe(403)
    for (const said of ['', 'null', 'undefined'])
      expect((await post('/sign-in', { token: said }, proxied)).headers['set-cookie']).toBeUndefined()
  })
})

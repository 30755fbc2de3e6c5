import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openDesk, secret } from '../work/desk.ts'
import { nastyText } from './nasty-text.ts'
import type { Subject } from './subject.ts'

const token = 'a-token-that-nobody-guesses'
/** Stands in what only those are told who may ask. */
const canary = 'canary<script>alert(1)</script>'
const pathsOpen = ['/healthz', '/sign-in', '/sign-out', '/webhooks/gitea']

type Asked = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS'
  path: string
  query: string
  from: string
  headers: Record<string, string>
  payload: string | null
}

const encoded = fc.oneof(
  nastyText,
  nastyText.map((text) => encodeURIComponent(text.toWellFormed())),
)
const paths = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      '/',
      '/api/v1/changes',
      '/api/v1/jobs',
      '/api/v1/status',
      '/healthz',
      '/metrics',
      '/openapi.json',
      '/sign-in',
      '/sign-out',
      '/reconcile',
      '/stop',
    ),
  },
  { weight: 4, arbitrary: encoded.map((id) => `/api/v1/jobs/${id}`) },
  fc.constantFrom(
    '/api/v1/jobs/',
    '//api/v1/jobs',
    '/API/v1/jobs',
    '/api/v1/../v1/jobs',
    '/api/v1/jobs;x',
    '/%61pi/v1/jobs',
    '/.git/config',
    '/page.css',
  ),
  encoded.map((path) => `/${path.replace(/^[/\\\s]+/, '')}`),
)
const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('since', 'limit', 'before', 'status', 'kind', 'client') },
  encoded,
)
const queries = fc
  .array(fc.tuple(names, fc.constantFrom('=', '=', '=', '', '[]=', '[__proto__]=', '=='), encoded), { maxLength: 4 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('')).join('&')}`))
const hosts = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('127.0.0.1:8470', 'localhost', '[::1]:8470') },
  fc.constantFrom('rfcs.example.org', '127.0.0.1.evil.example', 'localhost.', '0'),
  nastyText,
)
const said = fc.oneof(
  fc.constantFrom(`Bearer ${token}`, `bearer   ${token}`, 'Bearer wrong', 'Basic x', `Bearer ${token}x`, token),
  nastyText,
)
const mixedHeaders = fc
  .tuple(
    hosts,
    fc.option(said),
    fc.dictionary(
      fc.constantFrom(
        'origin',
        'sec-fetch-site',
        'x-forwarded-for',
        'x-forwarded-proto',
        'forwarded',
        'via',
        'x-real-ip',
        'cookie',
        'accept',
        'if-none-match',
        'content-length',
        'transfer-encoding',
      ),
      fc.oneof(
        fc.constantFrom('same-origin', 'cross-site', 'http://127.0.0.1:8470', 'null', 'rfcached_session=1.x'),
        nastyText,
      ),
      { maxKeys: 2 },
    ),
  )
  .map(([host, authorization, others]) => ({
    host: host || '-',
    ...(authorization === null ? {} : { authorization }),
    ...others,
  }))
const pageHeaders = fc.constantFrom(
  { host: 'localhost' },
  { host: 'localhost', 'sec-fetch-site': 'cross-site' },
  { host: 'localhost', origin: 'null' },
)
const headers: fc.Arbitrary<Record<string, string>> = fc.oneof({ weight: 3, arbitrary: mixedHeaders }, pageHeaders)
const types = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data',
  '',
  'application/json; charset=\0',
)
const bodies = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record(
        { kind: fc.oneof(fc.constantFrom('probe', 'reconcile', 'verify'), nastyText), client: nastyText },
        { requiredKeys: [] },
      )
      .map((body) => JSON.stringify(body)),
  },
  fc.json({ maxDepth: 4 }),
  fc.tuple(fc.constantFrom('token', 'job', '__proto__'), encoded).map(([name, value]) => `${name}=${value}`),
  nastyText,
  fc.constant(`{"kind":"${'x'.repeat(17_000)}"}`),
)

/** Requests to all but the webhook, from here and from elsewhere, with and without the token. */
export const apiRequests: Subject<Asked> = {
  cases: fc.record({
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constant('GET' as const) },
      fc.constantFrom('POST', 'DELETE', 'HEAD', 'PUT', 'PATCH', 'OPTIONS'),
    ),
    path: paths,
    query: queries,
    from: fc.oneof(
      { weight: 4, arbitrary: fc.constant('127.0.0.1') },
      fc.constantFrom('::1', '::ffff:127.0.0.1', '192.0.2.1', 'fe80::1'),
    ),
    headers: fc.tuple(headers, types).map(([some, type]) => (type === '' ? some : { ...some, 'content-type': type })),
    payload: fc.option(bodies),
  }),
  open: () => {
    const desk = openDesk({ level: 'error', token })
    desk.db.exec(`UPDATE repos SET full_name = 'rfcs/${canary}', rfc_slug = 'canary' WHERE id = 7`)
    const runs = desk.db
      .prepare<[], string>(`SELECT group_concat(id || status || coalesce(stop_by, '')) FROM jobs`)
      .pluck()
    return {
      one: async (asked) => {
        desk.pass(20_000)
        const before = `${runs.get()} ${desk.rings()}`
        const answer = await desk.app.inject(requestOf(asked))
        judge(asked, answer.statusCode, String(answer.headers['content-type']), answer.body)
        if (!mayAsk(asked) || isFromElsewhere(asked))
          assert.equal(`${runs.get()} ${desk.rings()}`, before, 'something was done for a stranger')
      },
      batch: () => {
        assert.deepEqual(desk.logged, [])
        desk.db.exec('DELETE FROM jobs')
        desk.refusals.length = 0
      },
      close: () => desk[Symbol.asyncDispose](),
    }
  },
}

function requestOf({ method, path, query, from, headers, payload }: Asked) {
  return { method, url: path + query, remoteAddress: from, headers, ...(payload === null ? {} : { payload }) }
}

function judge(asked: Asked, status: number, type: string, body: string): void {
  assert.ok(status < 500 || (status === 503 && asked.path.startsWith('/healthz')), `${status}: ${body}`)
  assert.ok(!body.includes(token) && !body.includes(secret), 'a secret was told')
  assert.ok(!type.startsWith('text/html') || !body.includes('<script>alert'), 'a script came through')
  if (!mayAsk(asked)) assert.ok(!body.includes('canary'), `told to a stranger: ${body.slice(0, 300)}`)
  if (!mayAsk(asked) && !pathsOpen.includes(asked.path) && !asked.path.includes('sign-') && !isAsset(asked.path))
    assert.ok([303, 400, 401, 403, 404, 414, 429].includes(status), `${status} for a stranger`)
  if (status < 400 || body === '' || type.startsWith('text/html')) return
  const { detail, error } = JSON.parse(body)
  if (!asked.path.includes('healthz')) assert.match(detail ?? error ?? '', /\.$/s)
}

/** On this machine, for this machine, through no proxy; or with the token. */
function mayAsk({ from, headers }: Asked): boolean {
  if (/^bearer +a-token-that-nobody-guesses$/i.test(headers.authorization ?? '')) return true
  const isProxied = Object.keys(headers).some((name) => /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/.test(name))
  const isHere = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(from)
  return isHere && !isProxied && ['127.0.0.1:8470', 'localhost', '[::1]:8470'].includes(headers.host ?? '')
}

function isFromElsewhere({ headers }: Asked): boolean {
  return headers['sec-fetch-site'] === 'cross-site' || headers.origin === 'null'
}

function isAsset(path: string): boolean {
  return /\.(?:css|js|svg)$/.test(path)
}

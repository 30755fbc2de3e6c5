import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { targetOf } from '../../src/rules/target.ts'
import { alphaId, metaId, openDesk, secret } from '../work/desk.ts'
import { recordedWebhooks, recorders } from '../work/recorded.ts'
import { nastyText } from './nasty-text.ts'
import type { Subject } from './subject.ts'

type Signature = 'right' | 'wrong' | 'empty' | 'none' | 'of other bytes' | 'cut' | 'upper case'
type Posted = {
  text: string
  as: 'json' | 'form'
  type: string
  signed: Signature
  name: string
  headers: Record<string, string>
}

// The longest say nothing new, and take all the time.
const recorded = recorders.flatMap(({ server }) => recordedWebhooks(server)).filter(({ body }) => body.length < 8000)
const known = [
  { id: alphaId, full_name: 'rfcs/alpha', default_branch: 'main' },
  { id: metaId, full_name: 'rfcs/meta', default_branch: 'main' },
  { id: 99, full_name: 'rfcs/new', default_branch: 'main' },
  { id: alphaId, full_name: 'RFCS/renamed', default_branch: 'trunk' },
]
const values: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: nastyText },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 7, 2 ** 53, 1e308, [], {}, [null], ''),
  },
  fc.anything({ withNullPrototype: false, maxDepth: 3 }).filter((value) => value !== undefined),
  fc.integer({ min: 1, max: 1000 }).map((deep) => JSON.parse('['.repeat(deep) + ']'.repeat(deep))),
)
const fields = fc.constantFrom(
  'ref',
  'ref_type',
  'action',
  'number',
  'pull_request',
  'issue',
  'repository',
  '__proto__',
)
const edits = fc.array(
  fc.tuple(
    fc.oneof({ weight: 3, arbitrary: fields }, nastyText),
    fc.option(fc.constantFrom('id', 'full_name', 'number', 'default_branch', 'pull_request')),
    values,
  ),
  { maxLength: 4 },
)
const payloads = fc
  .tuple(fc.constantFrom(...recorded), fc.option(fc.constantFrom(...known), { freq: 8 }), edits)
  .map(([{ body }, repository, all]) => edited(body, repository, all))
const texts = fc.oneof({ weight: 8, arbitrary: payloads }, nastyText, values.map(jsonText))

const events = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'push',
      'create',
      'delete',
      'pull_request',
      'pull_request_sync',
      'issue_comment',
      'repository',
    ),
  },
  nastyText,
)
const families = fc.constantFrom('x-gitea-', 'x-forgejo-', 'x-gogs-', 'x-github-')
const headers = fc
  .tuple(
    families,
    events,
    fc.option(nastyText, { freq: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'x-gitea-event',
        'x-forgejo-delivery',
        'authorization',
        'cookie',
        'x-forwarded-for',
        'origin',
        'host',
        'accept',
        'constructor',
      ),
      nastyText,
      { maxKeys: 2 },
    ),
  )
  .map(([family, event, id, others]) => ({
    ...others,
    [`${family}event`]: event,
    ...(id === null ? {} : { [`${family}delivery`]: id }),
  }))
const types = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  fc.constantFrom(
    '; charset=utf-8',
    ';charset=x',
    ' ',
    '; boundary="',
    'x',
    ', text/plain',
    '\t;',
    '; __proto__=1',
    '\0',
  ),
)

/** What is posted to the webhook: recorded deliveries, edited, in other headers, signed or not. */
export const deliveries: Subject<Posted> = {
  cases: fc.record({
    text: texts,
    as: fc.oneof({ weight: 4, arbitrary: fc.constant('json' as const) }, fc.constant('form' as const)),
    type: types,
    signed: fc.oneof(
      { weight: 5, arbitrary: fc.constant('right' as const) },
      fc.constantFrom<Signature>('wrong', 'empty', 'none', 'of other bytes', 'cut', 'upper case'),
    ),
    name: fc.constantFrom('x-gitea-signature', 'x-forgejo-signature', 'x-gogs-signature', 'x-hub-signature-256'),
    headers,
  }),
  open: () => {
    const desk = openDesk({ level: 'error' })
    const kept = desk.db.prepare<[], number>('SELECT count(*) FROM deliveries').pluck()
    const queue = desk.db.prepare<[], string>('SELECT target FROM targets').pluck()
    return {
      one: async (posted) => {
        const before = kept.get() ?? 0
        const { statusCode, body } = await desk.app.inject(requestOf(posted))
        judge(posted, statusCode, body)
        assert.equal(kept.get(), before + (statusCode === 202 ? 1 : 0))
      },
      batch: () => {
        assert.deepEqual(desk.logged, [])
        for (const target of queue.all()) targetOf(target)
        desk.db.exec('DELETE FROM deliveries; DELETE FROM targets')
        desk.refusals.length = 0
      },
      close: () => desk[Symbol.asyncDispose](),
    }
  },
}

function judge({ text, type, signed }: Posted, status: number, body: string): void {
  assert.ok([200, 202, 400, 401, 415].includes(status), `${status}: ${body}`)
  assert.ok(!body.includes(secret))
  const isSigned = signed === 'right' || signed === 'upper case'
  if (!isSigned) assert.notEqual(Math.floor(status / 100), 2, 'taken without a signature')
  if (status >= 400) assert.match(JSON.parse(body).error, /^[A-Z].*\.$/)
  if (type === '') assert.equal(status >= 300, !isSigned || !isJsonObject(text))
}

function requestOf({ text, as, type, signed, name, headers }: Posted) {
  const bytes = Buffer.from(text)
  const payload = as === 'json' ? bytes : Buffer.from(new URLSearchParams({ payload: text.toWellFormed() }).toString())
  const base = as === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  return {
    method: 'POST' as const,
    url: '/webhooks/gitea',
    payload,
    headers: { ...headers, ...signature(bytes, signed, name), 'content-type': base + type },
  }
}

function signature(bytes: Buffer, signed: Signature, name: string): Record<string, string> {
  if (signed === 'none') return {}
  const digest = (by: string, what: Buffer) => createHmac('sha256', by).update(what).digest('hex')
  const made: Record<Exclude<Signature, 'none'>, string> = {
    right: digest(secret, bytes),
    wrong: digest('guessed', bytes),
    empty: '',
    'of other bytes': digest(secret, Buffer.concat([bytes, Buffer.from(' ')])),
    cut: digest(secret, bytes).slice(0, -1),
    'upper case': digest(secret, bytes).toUpperCase(),
  }
  return { [name]: (name.endsWith('256') ? 'sha256=' : '') + made[signed] }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function edited(body: string, repository: object | null, all: [string, string | null, unknown][]): string {
  const payload: Record<string, unknown> = JSON.parse(body)
  if (repository) payload.repository = { ...repository }
  for (const [field, inner, value] of all) {
    const at = inner === null ? payload : Object.hasOwn(payload, field) ? payload[field] : null
    // As a server would send it: `__proto__` is a field of its own, too.
    if (typeof at === 'object' && at !== null)
      Object.defineProperty(at, inner ?? field, {
        value: structuredClone(value),
        enumerable: true,
        configurable: true,
        writable: true,
      })
  }
  return jsonText(payload)
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? 'undefined'
}

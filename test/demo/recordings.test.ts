import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fieldsOf } from './fields.ts'
import { parsed } from './parsed.ts'
import { recordedOld, recordedOldStory, recordedStory } from './recorded-world.ts'

type Recorded = { method: string; path: string; status: number; headers: Record<string, string>; body: string }
type Delivered = { headers: Record<string, string>; body: string }

/** Headers whose values, not only whose names, the mirror reads. */
const readHeaders = ['content-type', 'x-total-count', 'link', 'location']

/** What the size of a body decides, and what the recorder of 1.15 left out. */
const ignored = new Set(['content-length', 'transfer-encoding', 'date'])

const servers = [
  { name: 'gitea-1.26.1', origin: 'http://127.0.0.1:3326', story: () => recordedStory('gitea-1.26') },
  { name: 'forgejo-7.0.0', origin: 'http://127.0.0.1:3307', story: () => recordedStory('forgejo-7') },
  { name: 'gitea-1.15.11', origin: 'http://127.0.0.1:3300', story: recordedOld },
]

describe.each(servers)('the fake speaks like $name', ({ name, origin, story }) => {
  const { ask, token, world } = story()
  const asked = new Map<string, number>()

  test.each(linesOf<Recorded>(name, 'api'))('in answer to $method $path', async (recorded) => {
    const again = asked.get(recorded.path) ?? 0
    asked.set(recorded.path, again + 1)
    const path = recorded.path
      .replace('/api/v1', '')
      .replace(/\?ref=[0-9a-f]{40}/, () => `?ref=${world.tip('recorded/meta2', 'main')}`)
    const answer = await ask(path, credentials(recorded, again, token))
    expect(answer.status).toBe(recorded.status)
    const headers = lowerCased(recorded.headers)
    expect(namesOf(answer.headers)).toEqual(namesOf(headers))
    for (const header of readHeaders) {
      expect(answer.headers[header], header).toBe(headers[header]?.replaceAll(origin, 'http://127.0.0.1:3326'))
    }
    expect(fieldsOf(answer.json)).toEqual(fieldsOf(parsed(recorded.body)))
  })
})

const tellers = [
  { name: 'gitea-1.26.1', story: () => recordedStory('gitea-1.26', 'to its end') },
  { name: 'forgejo-7.0.0', story: () => recordedStory('forgejo-7', 'to its end') },
  { name: 'gitea-1.15.11', story: recordedOldStory },
]

describe.each(tellers)('the fake sends webhooks like $name', ({ name, story }) => {
  const { fake } = story()
  const sent = fake.deliveries().map(({ headers, body }) => ({ headers, body: body.toString() }))
  const recorded = linesOf<Delivered>(name, 'webhooks')

  test('in the same order', () => {
    expect(sent.map(kindOf)).toEqual(recorded.map(kindOf))
  })

  test.each(recorded.map((delivery, at) => ({ what: `${at} ${kindOf(delivery)}`, delivery, at })))(
    'with the headers and fields of $what',
    ({ delivery, at }) => {
      const ours = sent[at]
      expect(new Set(Object.keys(ours?.headers ?? {}))).toEqual(
        new Set(Object.keys(delivery.headers).filter((header) => !transport.has(header))),
      )
      expect(fieldsOf(parsed(ours?.body ?? ''))).toEqual(fieldsOf(parsed(delivery.body)))
    },
  )
})

/** What the HTTP client adds, not the hook. */
const transport = new Set(['Host', 'User-Agent', 'Content-Length', 'Accept-Encoding'])

/** The repository is asked thrice: with a token, with one nobody has, and with none. */
function credentials(recorded: Recorded, again: number, token: string) {
  if (recorded.status === 401) return { token: 'nobody' }
  return again > 0 && recorded.path.endsWith('/meta2') ? {} : { token }
}

function kindOf({ headers, body }: Delivered): string {
  const payload = parsed(body)
  const action = typeof payload === 'object' && payload !== null && 'action' in payload ? payload.action : ''
  return `${headers['X-Gitea-Event-Type'] ?? headers['X-Gitea-Event']} ${action}`
}

function namesOf(headers: Record<string, string>): Set<string> {
  return new Set(Object.keys(headers).filter((header) => !ignored.has(header)))
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]))
}

function linesOf<T>(server: string, file: string): T[] {
  const text = readFileSync(new URL(`../recordings/${server}/${file}.jsonl`, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line): T => JSON.parse(line))
}

import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import type { DialectName } from '../../../src/demo/dialect.ts'
import { type Asked, madeFake } from '../fake.ts'
import { parsed } from '../parsed.ts'
import { tellStory } from './story.ts'
import type { Server } from './teller.ts'

/** A real server to compare with, as `http://127.0.0.1:3000`, and its administrator as `name:password`. */
const url = process.env.RFCACHED_TWIN_URL ?? ''
const admin = process.env.RFCACHED_TWIN_ADMIN ?? 'root1:passw0rd!x'

describe.skipIf(url === '')('a real server and the fake of its version', () => {
  test('show the same when told the same story', { timeout: 1_800_000 }, async () => {
    const org = `twin${Date.now().toString(36)}`
    const real = await tellStory(realServer(url), org, admin)
    const fake = await tellStory(fakeServer(await dialectOf(url)), org, admin)
    expect(fake).toEqual(real)
  })
})

function fakeServer(dialect: DialectName): Server {
  const { world, ask, pass } = madeFake(dialect)
  const [login = '', password = ''] = admin.split(':')
  world.user(login, { isAdmin: true, password })
  return { ask, settle: async () => pass(6) }
}

/** Its queues take a second or two when it is idle. */
function realServer(origin: string): Server {
  const ask: Server['ask'] = async (path, { method = 'GET', token, authorization, body } = {}): Promise<Asked> => {
    const credentials = authorization ?? (token === undefined ? undefined : `token ${token}`)
    const headers = {
      'content-type': 'application/json',
      ...(credentials === undefined ? {} : { authorization: credentials }),
    }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await request(`${origin}/api/v1${path}`, { method, headers, ...sent })
    const text = await answer.body.text()
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return { status: answer.statusCode, headers: Object.fromEntries(flat), text, json: parsed(text) }
  }
  return { ask, settle: () => new Promise((resolve) => setTimeout(resolve, 6000)) }
}

async function dialectOf(origin: string): Promise<DialectName> {
  const { text } = await realServer(origin).ask('/version')
  if (text.includes('+gitea-')) return 'forgejo-7'
  return text.includes('"1.15.') ? 'gitea-1.15' : 'gitea-1.26'
}

import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import type { DialectName } from '../../src/demo/dialect.ts'
import { type Asked, madeFake } from './fake.ts'
import { type Seen, type Server, tellScenario } from './scenario.ts'

/** A real server to compare with, as `http://127.0.0.1:3326`, and its administrator as `name:password`. */
const url = process.env.RFCACHED_TWIN_URL
const admin = process.env.RFCACHED_TWIN_ADMIN ?? 'root1:passw0rd!x'

describe.skipIf(url === undefined)('a real server and the fake of its version', () => {
  test('show the same when told the same story', { timeout: 600_000 }, async () => {
    const org = `twin${Date.now().toString(36)}`
    const real = await tellScenario(realServer(String(url)), org, admin)
    const fake = await tellScenario(fakeServer(await dialectOf(String(url))), org, admin)
    const rows = (seen: Seen[]) =>
      new Map(seen.map((row) => [row.step + (row.moved ? ' moved' : '') + ('values' in row ? ' values' : ''), row]))
    const ours = rows(fake)
    const theirs = rows(real)
    expect([...ours.keys()]).toEqual([...theirs.keys()])
    const differing = [...theirs].filter(([step, row]) => JSON.stringify(row) !== JSON.stringify(ours.get(step)))
    expect(differing.map(([step]) => ours.get(step))).toEqual(differing.map(([, row]) => row))
  })
})

function fakeServer(dialect: DialectName): Server {
  const { world, ask, pass } = madeFake(dialect)
  const [login = '', password = ''] = admin.split(':')
  world.user(login, { isAdmin: true, password })
  return { ask, settle: async () => pass(3) }
}

function realServer(origin: string): Server {
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 2600))
  const ask = async (path: string, options: Parameters<Server['ask']>[1] = {}): Promise<Asked> => {
    const authorization = options.authorization ?? (options.token === undefined ? undefined : `token ${options.token}`)
    const { statusCode, headers, body } = await request(`${origin}/api/v1${path}`, {
      method: options.method ?? 'GET',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    const text = await body.text()
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    return { status: statusCode, headers: flat, text, json: parsed(text) }
  }
  return { ask, settle }
}

async function dialectOf(origin: string): Promise<DialectName> {
  const { text } = await realServer(origin).ask('/version')
  if (text.includes('+gitea-')) return 'forgejo-7'
  return text.includes('"1.15.') ? 'gitea-1.15' : 'gitea-1.26'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

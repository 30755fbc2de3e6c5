import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeDoor } from '../../src/demo/door.ts'
import { type FakeGitea, fakeGitea } from '../../src/demo/fake-gitea.ts'
import { parsed } from './parsed.ts'

export const dialects: DialectName[] = ['gitea-1.15', 'gitea-1.26', 'forgejo-7']

/** A fake with a clock moved by hand and random numbers that repeat. */
export function madeFake(dialect: DialectName) {
  let time = Date.parse('2026-11-22T10:00:00Z')
  let seed = 1
  const random = () => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  const fake = fakeGitea({ dialect, now: () => time, random, url: 'http://127.0.0.1:3326' })
  return {
    fake,
    world: fake.world,
    /** Lets seconds pass. */
    pass: (seconds: number) => {
      time += seconds * 1000
    },
    ask: asker(fake),
  }
}

export type Asked = { status: number; headers: Record<string, string>; text: string; json: unknown }

/** Asks the fake below /api/v1, as the holder of a token, or with an Authorization header of its own. */
function asker(fake: FakeGitea) {
  const door = fakeDoor(fake)
  return async (
    path: string,
    options: { method?: string; token?: string; authorization?: string; body?: unknown } = {},
  ): Promise<Asked> => {
    const { method = 'GET', token, body } = options
    const authorization = options.authorization ?? (token === undefined ? undefined : `token ${token}`)
    const headers = authorization === undefined ? {} : { Authorization: authorization }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await door({ method, path: `/api/v1${path}`, headers, ...sent })
    const text = Buffer.from(answer.body).toString()
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) }
  }
}

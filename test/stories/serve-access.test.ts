import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { openServed, type Served } from './served.ts'

/** The configuration of a daemon that listens beyond this machine, with that API token. */
function beyond(served: Served, token?: string): string {
  const file = join(served.folder, 'beyond.json')
  const port = Number(new URL(served.url).port)
  if (token) writeFileSync(join(served.folder, 'api-token'), token)
  const api = token ? { api: { tokenFile: 'api-token' } } : {}
  writeFileSync(file, JSON.stringify({ ...served.configured, ...api, listen: { host: '0.0.0.0', port } }))
  return file
}

test('behind a proxy, which webhook.url tells of, this machine needs the token too', async () => {
  await using served = await openServed()
  const file = join(served.folder, 'proxied.json')
  const webhook = { url: 'https://rfcs.example.org/webhooks/gitea' }
  writeFileSync(file, JSON.stringify({ ...served.configured, webhook }))
  const { log } = await served.serve({ file, swept: false })
  const { statusCode, body } = await request(`${served.url}/api/v1/status`)
  expect(statusCode).toBe(403)
  expect(await body.json()).toMatchObject({ detail: expect.stringContaining('listen.proxied') })
  expect(log()).toContain('behind a proxy (listen.proxied) the page and the API answer nobody')
})

describe.concurrent('listening beyond this machine', () => {
  test.for([
    [undefined, /does not listen on 0\.0\.0\.0 without an API token\. Put one into the file api\.tokenFile names/],
    ['fifteen-letters', /api-token has fewer than 16 characters\. Make one that nobody guesses/],
  ] as const)('with the token %s is refused, with what to do: %s', async ([token, refusal], { expect }) => {
    await using served = await openServed()
    const started = served.start(['serve'], { file: beyond(served, token) })
    expect(await started.exit).toBe(2)
    expect(started.log()).toMatch(refusal)
    if (token) expect(started.log()).not.toContain(token)
  })

  test('answers those who say the token', async ({ expect }) => {
    const token = 'a-token-that-nobody-guesses'
    await using served = await openServed()
    await served.serve({ file: beyond(served, token), swept: false })
    const status = async (headers: Record<string, string>) => {
      const { statusCode, body } = await request(`${served.url}/api/v1/changes?since=0`, { headers })
      await body.dump()
      return statusCode
    }
    const host = 'rfcs.example.org'
    expect(await status({ host })).toBe(401)
    expect(await status({ host, authorization: `Bearer ${token}` })).toBe(200)
    expect(await status({})).toBe(200)
  })
})

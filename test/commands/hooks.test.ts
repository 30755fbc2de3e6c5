import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { dialects } from '../demo/fake.ts'
import { hooksStage } from './hooks-stage.ts'

const elsewhere = 'https://elsewhere.example.org/hook'

describe.each(dialects)('hooks install on %s', (dialect) => {
  test('makes one hook of the organisation, sees a delivery arrive, and leaves nothing else behind', async () => {
    const { run, ours } = await hooksStage({ dialect })
    const { code, out, did } = await run('install')
    expect(did).toEqual(['made organization rfcs'])
    expect(out).toMatchObject({
      url: ours,
      verified: true,
      notes: ['A test delivery arrived in the inbox.'],
      warnings: [],
    })
    expect(code).toBe(0)
    const { out: list } = await run('list')
    expect(list.hooks).toMatchObject([{ level: 'organization', ours: true, right: true }])
  })

  test('changes nothing when it is said again, and says that the secret cannot be known', async () => {
    const { run, changes } = await hooksStage({ dialect })
    await run('install')
    changes()
    const { code, out, did } = await run('install')
    expect(changes()).toEqual([])
    expect(did).toEqual(['kept organization rfcs'])
    expect(out.notes.join(' ')).toMatch(
      /^Nothing had to be changed.*never shows a secret.*--rotate.*newest of 1 deliveries/,
    )
    expect(out.verified).toBeNull()
    expect(code).toBe(0)
  })

  test('leaves exactly one hook for our address, whatever was there, and those for other addresses alone', async () => {
    const { run, world, ours } = await hooksStage({ dialect })
    world.hook('rfcs', ours, { active: false })
    world.hook('rfcs', ours, { events: ['push'] })
    world.hook('rfcs', ours, { contentType: 'form' })
    world.hook('rfcs', elsewhere)
    for (const repo of ['rfcs/meta', 'rfcs/own', 'rfcs/other']) world.hook(repo, ours)
    const { did } = await run('install')
    expect(did).toEqual([
      'made organization rfcs',
      ...Array(3).fill('deleted organization rfcs'),
      ...['meta', 'own', 'other'].map((name) => `deleted repository rfcs/${name}`),
    ])
    const { out } = await run('list')
    expect(out.hooks.map(({ url, right }) => [url, right])).toEqual([
      [elsewhere, false],
      [ours, true],
    ])
  })

  test('finds our hook beyond the first page', async () => {
    const { run, world, ours, changes } = await hooksStage({ dialect })
    for (let at = 0; at < 55; at++) world.hook('rfcs', `https://example.org/${at}`)
    world.hook('rfcs', ours)
    expect((await run('install')).did).toEqual(['kept organization rfcs'])
    expect(changes()).toEqual([])
  })

  test('keeps the younger of two right hooks, whose secret is the latest', async () => {
    const { run, world, ours } = await hooksStage({ dialect })
    world.hook('rfcs', ours, { secret: 'old' })
    const { id } = world.hook('rfcs', ours, { secret: 'new' })
    const { out, did } = await run('install')
    expect(did).toEqual(['kept organization rfcs', 'deleted organization rfcs'])
    expect(out.hooks[0]?.id).toBe(id)
  })
})

describe('hooks install --rotate', () => {
  test('makes the new hook, and deletes the old one only after a delivery was seen', async () => {
    const { run, world, ours, changes } = await hooksStage({ daemonKnows: ['new', 'old'] })
    const old = world.hook('rfcs', ours, { secret: 'old' })
    const { code, out, did } = await run('install', { rotate: true })
    expect(did).toEqual(['made organization rfcs', 'deleted organization rfcs'])
    expect(out).toMatchObject({ verified: true, warnings: [] })
    expect(code).toBe(0)
    expect(changes()).toEqual([
      'POST /orgs/rfcs/hooks',
      'POST /repos/rfcs/meta/hooks',
      expect.stringMatching(/^POST .*\/tests$/),
      `DELETE /orgs/rfcs/hooks/${old.id}`,
      expect.stringMatching(/^DELETE \/repos\/rfcs\/meta\/hooks\/\d+$/),
    ])
  })

  test('leaves everything as it was when the daemon does not know the new secret', async () => {
    const { run, world, ours } = await hooksStage({ daemonKnows: ['old'] })
    const { id } = world.hook('rfcs', ours, { secret: 'old' })
    const { code, out, did } = await run('install', { rotate: true })
    expect(did).toEqual(['kept organization rfcs'])
    expect(out.warnings.join(' ')).toMatch(/refuses what is signed with the webhook secret configured here: restart it/)
    expect(out.notes).toEqual(['The new hook was removed again, and what was there before stays.'])
    expect(out.verified).toBe(false)
    expect(code).toBe(1)
    expect((await run('list')).out.hooks.map((hook) => hook.id)).toEqual([id])
  })

  test('leaves everything as it was when no delivery comes', async () => {
    const { run, world, ours } = await hooksStage({ isRefused: true })
    const { id } = world.hook('rfcs', ours)
    expect((await run('install', { rotate: true })).code).toBe(1)
    expect((await run('list')).out.hooks.map((hook) => hook.id)).toEqual([id])
  })

  test('goes with install only', async () => {
    const { run } = await hooksStage()
    await expect(run('list', { rotate: true })).rejects.toThrow(ConfigError)
  })
})

describe('hooks install says plainly', () => {
  test('that ALLOWED_HOST_LIST may refuse our address when no delivery comes, and which line of app.ini to change', async () => {
    const { run } = await hooksStage({ isRefused: true })
    const { code, out, did } = await run('install')
    expect(did).toEqual(['made organization rfcs'])
    expect(out.verified).toBe(false)
    expect(out.warnings.join(' ')).toMatch(
      /\[webhook\] of Gitea's app\.ini say `ALLOWED_HOST_LIST = external,loopback`/,
    )
    expect(code).toBe(3)
    expect((await run('list')).out.hooks.length).toBe(1)
  })

  test('that nothing listens, and how to have the hook tested later', async () => {
    const { run, changes } = await hooksStage({ daemonKnows: null })
    const { code, out } = await run('install')
    expect(out.verified).toBeNull()
    expect(out.notes.join(' ')).toMatch(
      /nothing listens at http:\/\/127.* Start the daemon, and say `rfcached hooks install --rotate`/,
    )
    expect(changes()).toEqual(['POST /orgs/rfcs/hooks'])
    expect(code).toBe(0)
  })

  test.for([
    [502, ''],
    [400, '<html>The plain HTTP request was sent to HTTPS port</html>'],
    [401, '{"title":"The API token is needed"}'],
  ] as const)('that what listens is not rfcached, but answers %i %s', async ([status, body]) => {
    const { run, port } = await hooksStage({ daemonKnows: null })
    const stranger = createServer((_, answer) => answer.writeHead(status).end(body))
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve))
    const { code, out } = await run('install')
    stranger.close()
    expect(out.notes.join(' ')).toMatch(
      new RegExp(`What answers at http.* does not take webhooks as rfcached does: it says ${status}\\.`),
    )
    expect([out.verified, code]).toEqual([null, 0])
  })

  test.for(['/', '/webhooks/gitea/'])('that webhook.url has the wrong path %s', async (path) => {
    const { run, changes } = await hooksStage({
      settings: (port) => ({ webhook: { url: `http://127.0.0.1:${port}${path}` } }),
    })
    const { code, out } = await run('install')
    expect(out.notes.join(' ')).toMatch(/it says 404\. Does webhook\.url end in \/webhooks\/gitea/)
    expect([out.verified, code]).toEqual([null, 0])
    expect(changes()).toEqual(['POST /orgs/rfcs/hooks'])
  })

  test('that no delivery comes where nobody answers at webhook.url from here, though the daemon listens', async () => {
    const { run } = await hooksStage({
      isRefused: true,
      settings: () => ({ webhook: { url: 'http://127.0.0.1:9/webhooks/gitea' } }),
    })
    const { out } = await run('install')
    expect(out.warnings.join(' ')).toMatch(
      /No delivery came .* though the daemon listens .* refuse our address, 127\.0\.0\.1:9/,
    )
    expect(out.verified).toBe(false)
  })

  test('that a hook of the organisation cannot be tested by a token that may not make one of a repository', async () => {
    const { run } = await hooksStage({ scopes: ['write:organization', 'read:repository'] })
    const { code, out, did } = await run('install')
    expect(did).toEqual(['made organization rfcs'])
    expect(out.notes.join(' ')).toMatch(/^No delivery was tried: .*write:repository/)
    expect([out.verified, code]).toEqual([null, 0])
  })

  test('that Gitea fails at the test call, as Forgejo 7 does for an empty repository, and leaves no test hook behind', async () => {
    const { run, fake } = await hooksStage({ dialect: 'forgejo-7' })
    fake.fail(({ path }) => (path.endsWith('/tests') ? { kind: 'status', status: 500 } : undefined))
    const { code, out } = await run('install')
    expect(out.notes.join(' ')).toMatch(/^No delivery was tried: Gitea answered 500 to POST /)
    expect([out.verified, code]).toEqual([null, 0])
    expect((await run('list')).out.hooks.length).toBe(1)
  })

  test('that there is no database yet', async () => {
    const { run } = await hooksStage({ hasCopy: false })
    const { code, out } = await run('install')
    expect(out.notes.join(' ')).toMatch(/no database .*copy\.sqlite yet/)
    expect(code).toBe(0)
  })

  test.for(['0.0.0.0', '::', '::0'])(
    'that Gitea reaches nobody at %s, and leaves list and remove to be said',
    async (host) => {
      const { run, changes } = await hooksStage({ daemonKnows: null, settings: () => ({ listen: { host } }) })
      await expect(run('install')).rejects.toThrow(
        expect.objectContaining({
          name: 'ConfigError',
          hint: expect.stringMatching(/^Set webhook\.url to the address/),
        }),
      )
      expect(changes()).toEqual([])
      expect((await run('list')).code).toBe(0)
      expect((await run('remove')).code).toBe(0)
    },
  )

  test('nothing against 0.0.0.0 where webhook.url is said', async () => {
    const { run } = await hooksStage({
      settings: (port) => ({
        listen: { host: '0.0.0.0' },
        webhook: { url: `http://127.0.0.1:${port}/webhooks/gitea` },
      }),
    })
    expect((await run('install')).out.verified).toBe(true)
  })

  test('that there is no secret', async () => {
    const { run, folder } = await hooksStage()
    writeFileSync(join(folder, 'secret'), '')
    await expect(run('install')).rejects.toThrow(/secret file .* is empty/)
    rmSync(join(folder, 'secret'))
    await expect(run('install')).rejects.toThrow(ConfigError)
  })
})

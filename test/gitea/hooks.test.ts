import { describe, expect, test } from 'vitest'
import { fakeDoor } from '../../src/demo/door.ts'
import { realEffects } from '../../src/effects.ts'
import { ConfigError, Forbidden, TransientError } from '../../src/errors.ts'
import type { HookPlace } from '../../src/gitea/api/hooks.ts'
import type { Door, HttpAnswer, HttpRequest } from '../../src/gitea/door.ts'
import { openGitea } from '../../src/gitea/gitea.ts'
import { faultsOf, wantedEvents } from '../../src/rules/hook.ts'
import { dialects, madeFake } from '../demo/fake.ts'

const organization: HookPlace = { level: 'organization', name: 'rfcs' }
const repository: HookPlace = { level: 'repository', name: 'rfcs/meta' }
const wish = { url: 'http://127.0.0.1:8470/webhooks/gitea', secret: 'geheim', events: wantedEvents }

/** An organisation in a fake and what the holder of a token with these scopes may do there; `sent` is what went out. */
function opened(dialect: (typeof dialects)[number] = 'gitea-1.26', scopes = ['all']) {
  const { fake, world } = madeFake(dialect)
  world.user('owner')
  world.organization('rfcs', 'owner')
  world.createRepo('rfcs/meta')
  world.commit('rfcs/meta', 'main', { 'README.md': 'hello\n' }, { by: 'owner' })
  const sent: HttpRequest[] = []
  const through = fakeDoor(fake)
  const door: Door = (request) => {
    sent.push(request)
    return through(request)
  }
  const token = world.token('owner', scopes)
  return {
    fake,
    world,
    sent,
    hooks: openGitea({ door, url: 'http://127.0.0.1:3326', token, effects: realEffects }).hooks,
  }
}

/** A Gitea that gives every change the same answer. */
function answering(answer: Partial<HttpAnswer> | Error) {
  const sent: string[] = []
  const door: Door = async ({ method, path }) => {
    sent.push(`${method} ${path}`)
    if (answer instanceof Error) throw answer
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}'), ...answer }
  }
  return { sent, hooks: openGitea({ door, url: 'http://gitea.test', token: 't', effects: realEffects }).hooks }
}

describe.each(dialects)('on %s', (dialect) => {
  test.each([organization, repository])(
    'a hook that was made for the $level $name is listed, and is as it was wanted',
    async (place) => {
      const { hooks, sent } = opened(dialect)
      const hook = await hooks.create(place, wish)
      expect(faultsOf(hook)).toEqual([])
      expect(await hooks.list(place)).toEqual([hook])
      const body = JSON.parse(sent.find(({ method }) => method === 'POST')?.body ?? '')
      expect(body).toEqual({
        type: 'gitea',
        active: true,
        events: wantedEvents,
        config: { url: wish.url, content_type: 'json', secret: 'geheim' },
      })
    },
  )

  test('all hooks are listed, also beyond the first page', async () => {
    const { hooks, world } = opened(dialect)
    for (let at = 0; at < 60; at++) world.hook('rfcs', `https://example.org/${at}`)
    expect((await hooks.list(organization)).length).toBe(60)
  })

  test('a hook that is deleted is gone, and deleting it again is no error', async () => {
    const { hooks } = opened(dialect)
    const { id } = await hooks.create(repository, wish)
    await hooks.remove(repository, id)
    await hooks.remove(repository, id)
    expect(await hooks.list(repository)).toEqual([])
  })

  test('a test has Gitea deliver a push that changes nothing', async () => {
    const { hooks, fake } = opened(dialect)
    const { id } = await hooks.create(repository, wish)
    expect(await hooks.test('rfcs/meta', id)).toBe(true)
    const [delivery] = fake.deliveries()
    expect(delivery?.headers).toMatchObject({ 'X-Gitea-Event': 'push' })
    const { before, after } = JSON.parse(String(delivery?.body))
    expect(before).toBe(after)
  })
})

describe('a token that may not', () => {
  test.each([
    [organization, 'write:organization', 'be an owner of rfcs'],
    [repository, 'write:repository', 'administer rfcs/meta'],
  ])('make hooks of $level $name is told which scope and which role it needs', async (place, scope, role) => {
    const { hooks } = opened('gitea-1.26', ['read:repository', 'read:organization'])
    await expect(hooks.list(place)).resolves.toEqual([])
    const error = await hooks.create(place, wish).then(undefined, (thrown) => thrown)
    expect(error).toBeInstanceOf(Forbidden)
    expect(error.message).toMatch(/may not|does not let the token change/)
    expect(error.hint).toContain(scope)
    expect(error.hint).toContain(role)
  })
  test('even know of hooks, or a server without webhooks, is as good as forbidden', async () => {
    const { hooks } = opened()
    await expect(hooks.list({ level: 'organization', name: 'owner' })).rejects.toThrow(Forbidden)
    await expect(hooks.create({ level: 'organization', name: 'owner' }, wish)).rejects.toThrow(
      /no organisation.*DISABLE_WEBHOOKS/,
    )
  })
})

describe('a change is sent once and never again', () => {
  test.each<[string, Partial<HttpAnswer> | Error]>([
    ['500', { status: 500 }],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
    ['429', { status: 429 }],
    ['a broken connection', new TransientError('The connection to Gitea broke.')],
    ['a web page', { headers: { 'content-type': 'text/html' } }],
  ])('after %s', async (_, answer) => {
    const { hooks, sent } = answering(answer)
    await expect(hooks.create(repository, wish)).rejects.toThrow(TransientError)
    expect(sent).toEqual(['POST /api/v1/repos/rfcs/meta/hooks'])
  })
  test('also when it deletes or tests', async () => {
    const { hooks, sent } = answering({ status: 502 })
    await expect(hooks.remove(organization, 7)).rejects.toThrow('Gitea answered 502 to DELETE /orgs/rfcs/hooks/7.')
    await expect(hooks.test('rfcs/meta', 8)).rejects.toThrow(TransientError)
    expect(sent).toEqual(['DELETE /api/v1/orgs/rfcs/hooks/7', 'POST /api/v1/repos/rfcs/meta/hooks/8/tests'])
  })
})

test('an address that Gitea refuses is an error of the configuration, in its words', async () => {
  const { hooks } = opened()
  const error = await hooks.create(organization, { ...wish, url: 'nonsense' }).then(undefined, (thrown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  expect(error.message).toBe('Gitea refuses a hook for nonsense: Invalid url.')
})

test('a repository without commits cannot be tested', async () => {
  const { hooks } = answering({ status: 404, body: Buffer.from('{"message":"repository is empty"}') })
  expect(await hooks.test('rfcs/meta', 8)).toBe(false)
})

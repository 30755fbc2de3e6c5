import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dialects, madeFake } from './fake.ts'

const url = 'http://127.0.0.1:9/hook'

function hooked(dialect: (typeof dialects)[number]) {
  const made = madeFake(dialect)
  made.world.user('bot')
  made.world.organization('rfcs', 'bot')
  made.world.createRepo('rfcs/meta')
  made.world.commit('rfcs/meta', 'main', { 'README.md': 'x' })
  return { ...made, token: made.world.token('bot') }
}

describe.each(dialects)('on %s', (dialect) => {
  test('a delivery is signed over its very bytes, under every name', () => {
    const { world, fake } = hooked(dialect)
    world.hook('rfcs', url, { secret: 'geheim' })
    world.commit('rfcs/meta', 'main', { a: 'ü <&>' })
    const [delivery] = fake.deliveries()
    const { headers, body } = delivery ?? expect.unreachable()
    const signature = createHmac('sha256', 'geheim').update(body).digest('hex')
    expect(headers).toMatchObject({
      'X-Gitea-Signature': signature,
      'X-Gogs-Signature': signature,
      'X-Hub-Signature-256': `sha256=${signature}`,
    })
    expect(headers['X-Forgejo-Signature']).toBe(dialect === 'forgejo-7' ? signature : undefined)
    expect(headers['X-Gitea-Delivery']).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
  })

  test('a form carries the payload that was signed, not what is sent', () => {
    const { world, fake } = hooked(dialect)
    world.hook('rfcs', url, { secret: 'geheim', contentType: 'form' })
    world.commit('rfcs/meta', 'main', { a: 'a' })
    const { headers, body } = fake.deliveries()[0] ?? expect.unreachable()
    const payload = new URLSearchParams(body.toString()).get('payload') ?? ''
    expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded')
    expect(headers['X-Gitea-Signature']).toBe(createHmac('sha256', 'geheim').update(payload).digest('hex'))
  })

  test('without a secret the signature is there and empty', () => {
    const { world, fake } = hooked(dialect)
    world.hook('rfcs', url)
    world.commit('rfcs/meta', 'main', { a: 'a' })
    expect(fake.deliveries()[0]?.headers).toMatchObject({ 'X-Gitea-Signature': '', 'X-Hub-Signature': 'sha1=' })
  })

  test('changing a hook never changes its secret, but always its events and its filter', async () => {
    const { world, fake, ask, token } = hooked(dialect)
    const hook = world.hook('rfcs', url, { secret: 'first', branchFilter: 'main' })
    const changed = await ask(`/orgs/rfcs/hooks/${hook.id}`, {
      token,
      method: 'PATCH',
      body: { config: { secret: 'second' } },
    })
    expect(changed).toMatchObject({ status: 200, json: { events: ['push'], active: true } })
    expect(changed.text).not.toContain('second')
    world.commit('rfcs/meta', 'other', { a: 'a' })
    const { headers, body } = fake.deliveries()[0] ?? expect.unreachable()
    expect(headers['X-Gitea-Signature']).toBe(createHmac('sha256', 'first').update(body).digest('hex'))
  })

  test('a hook is made idle unless said, for pushes unless said, and twice when asked twice', async () => {
    const { ask, token } = hooked(dialect)
    const body = { type: 'gitea', config: { url, content_type: 'json' }, events: [] }
    expect(await ask('/orgs/rfcs/hooks', { token, method: 'POST', body })).toMatchObject({
      status: 201,
      json: { active: false, events: ['push'] },
    })
    expect((await ask('/orgs/rfcs/hooks', { token, method: 'POST', body })).status).toBe(201)
    expect((await ask('/orgs/rfcs/hooks', { token })).json).toHaveLength(2)
  })

  test('pull_request means everything about pulls, and unknown names mean nothing', async () => {
    const { ask, token } = hooked(dialect)
    const body = { type: 'gitea', config: { url, content_type: 'json' }, events: ['push', 'pull_request', 'nonsense'] }
    const { json } = await ask('/orgs/rfcs/hooks', { token, method: 'POST', body })
    const review =
      dialect === 'forgejo-7'
        ? ['approved', 'comment', 'rejected'].map((kind) => `pull_request_review_${kind}`)
        : ['pull_request_review']
    const about = ['assign', 'comment', 'label', 'milestone', 'review_request', 'sync'].map(
      (kind) => `pull_request_${kind}`,
    )
    const wanted = ['push', 'pull_request', ...about, ...review]
    expect(json).toMatchObject({ events: expect.arrayContaining(wanted) })
    expect(json).toHaveProperty('events.length', wanted.length)
  })

  test('only those who own an organisation see its hooks', async () => {
    const { world, ask } = hooked(dialect)
    world.user('alice')
    expect((await ask('/orgs/rfcs/hooks', { token: world.token('alice') })).status).toBe(403)
    expect((await ask('/orgs/rfcs/hooks')).status).toBe(401)
  })

  test('an organisation’s hook hears of repositories made later', () => {
    const { world, fake } = hooked(dialect)
    world.hook('rfcs', url)
    world.createRepo('rfcs/later')
    world.commit('rfcs/later', 'main', { a: 'a' })
    world.deleteRepo('rfcs/later')
    expect(fake.deliveries().map(({ headers }) => headers['X-Gitea-Event'])).toEqual([
      'repository',
      'create',
      'push',
      'repository',
    ])
  })

  test('a hook’s filter keeps other branches out, and pulls never', () => {
    const { world, fake } = hooked(dialect)
    world.hook('rfcs', url, { branchFilter: '{main,release/*}' })
    world.commit('rfcs/meta', 'propose/a', { a: 'a' })
    world.commit('rfcs/meta', 'release/1', { a: 'a' })
    world.openPull('rfcs/meta', 'propose/a')
    expect(fake.deliveries().map(({ headers }) => headers['X-Gitea-Event'])).toEqual(['create', 'push', 'pull_request'])
  })
})

test('testing a repository’s hook delivers a push that pushes nothing; an organisation’s cannot be tested', async () => {
  const { world, fake, ask, token } = hooked('gitea-1.26')
  const hook = world.hook('rfcs/meta', url)
  const orgHook = world.hook('rfcs', url)
  expect((await ask(`/repos/rfcs/meta/hooks/${hook.id}/tests`, { token, method: 'POST' })).status).toBe(204)
  expect((await ask(`/orgs/rfcs/hooks/${orgHook.id}/tests`, { token, method: 'POST' })).status).toBe(404)
  const tip = world.tip('rfcs/meta', 'main')
  const [delivery, ...others] = fake.deliveries()
  expect(others).toEqual([])
  expect(JSON.parse(delivery?.body.toString() ?? '')).toMatchObject({ before: tip, after: tip, total_commits: 1 })
})

test('a url that is none is refused by Gitea and taken by Forgejo', async () => {
  for (const [dialect, status] of [
    ['gitea-1.26', 422],
    ['forgejo-7', 201],
  ] as const) {
    const { ask, token } = hooked(dialect)
    const body = { type: 'gitea', config: { url: 'nowhere', content_type: 'json' } }
    expect((await ask('/orgs/rfcs/hooks', { token, method: 'POST', body })).status).toBe(status)
  }
})

test('deliveries go to the receiver once there is one, those that waited first', () => {
  const { world, fake } = hooked('gitea-1.26')
  world.hook('rfcs', url)
  world.commit('rfcs/meta', 'main', { a: 'a' })
  const received: string[] = []
  fake.onDelivery((delivery) => received.push(delivery.url))
  world.commit('rfcs/meta', 'main', { b: 'b' })
  expect(received).toEqual([url, url])
  expect(fake.deliveries()).toEqual([])
})

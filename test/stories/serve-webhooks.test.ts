import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dialects } from '../demo/fake.ts'
import { openServed, type Served, until } from './served.ts'

describe.each(dialects)('serve on %s', (dialect) => {
  let served: Served
  let world: Served['world']
  beforeAll(async () => {
    served = await openServed({ dialect })
    world = served.world
    await served.serve()
  })
  afterAll(() => served?.[Symbol.asyncDispose]())
  const shows = (number: number, what: object, repo = 'rfcs/alpha') =>
    until(JSON.stringify(what), () => {
      const row = served.pull(repo, number)
      return row && Object.entries(what).every(([name, value]) => row[name] === value) && row
    })

  test('shows a push, and each state of a pull, as they come', async () => {
    const id = world.commit('rfcs/alpha', 'topic', { 'a.md': 'a' })
    await until('the push', () => served.head('rfcs/alpha', 'topic') === id)
    const number = world.openPull('rfcs/alpha', 'topic', { by: 'alice', title: 'First', body: 'Text' })
    await shows(number, { state: 'open', title: 'First', description: 'Text', opened_by: 'alice', head_sha: id })
    world.retitle('rfcs/alpha', number, 'Second')
    await shows(number, { title: 'Second' })
    world.rewrite('rfcs/alpha', number, 'Other text')
    await shows(number, { description: 'Other text' })
    const next = world.commit('rfcs/alpha', 'topic', { 'a.md': 'b' })
    await shows(number, { head_sha: next })
    world.close('rfcs/alpha', number)
    await shows(number, { state: 'closed', upstream_state: 'closed' })
    world.reopen('rfcs/alpha', number)
    await shows(number, { state: 'open', closed_at: null })
    world.merge('rfcs/alpha', number)
    const merged = await shows(number, { state: 'merged' })
    expect(merged).toMatchObject({ merge_commit_sha: world.tip('rfcs/alpha', 'main'), head_branch: 'topic' })
    await until('main', () => served.head('rfcs/alpha', 'main') === merged.merge_commit_sha)
    world.deleteBranch('rfcs/alpha', 'topic')
    await until('the branch’s end', () => served.head('rfcs/alpha', 'topic') === undefined)
    expect(served.pull('rfcs/alpha', number)).toMatchObject({ state: 'merged', head_branch: 'topic', head_sha: next })
  })

  test('shows an idea, its edit, its graduation and its repository', async () => {
    world.commit('rfcs/meta', 'propose/idea', {
      'rfcs/idea.md': '---\nslug: idea\ntitle: Idea\nstate: super-draft\n---\n',
    })
    const number = world.openPull('rfcs/meta', 'propose/idea', {
      by: 'rfc-bot',
      body: 'x\n\nOn-behalf-of: Ann <ann>\n',
    })
    await shows(number, { pr_kind: 'idea', rfc_slug: 'idea', state: 'open' }, 'rfcs/meta')
    world.merge('rfcs/meta', number)
    const entry = (state: string) => () =>
      served.all(`SELECT 1 FROM cached_rfcs WHERE slug = 'idea' AND state = ?`, state)[0]
    await until('the entry', entry('super-draft'))
    await until(
      'its main',
      () => served.all(`SELECT 1 FROM cached_branches WHERE rfc_slug = 'idea' AND branch_name = 'main'`)[0],
    )
    world.createRepo('rfcs/idea')
    world.commit('rfcs/idea', 'main', { 'RFC.md': '# Idea\n' })
    world.commit('rfcs/meta', 'main', {
      'rfcs/idea.md': '---\nslug: idea\ntitle: Idea\nstate: active\nrepo: rfcs/idea\n---\n',
    })
    await until('the RFC', entry('active'))
    await until(
      'its document',
      () => served.all(`SELECT 1 FROM cached_rfcs WHERE slug = 'idea' AND body = '# Idea' || char(10)`)[0],
    )
  })

  test('and after all of it holds what a copy made from nothing holds', async () => {
    await served.settled()
    expect(await served.drift()).toEqual([])
  })
})

describe('deliveries that mean ill', () => {
  let served: Served
  beforeAll(async () => {
    served = await openServed()
    await served.serve()
  })
  afterAll(() => served?.[Symbol.asyncDispose]())

  test('F2, F3, F4: forged, replayed, reordered and doubled change nothing', async () => {
    const { world, fake } = served
    const sent: { headers: Record<string, string>; body: Buffer }[] = []
    fake.onDelivery((delivery) => sent.push(delivery))
    world.commit('rfcs/alpha', 'topic', { 'a.md': 'a' })
    const number = world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    world.close('rfcs/alpha', number)
    world.reopen('rfcs/alpha', number)
    world.merge('rfcs/alpha', number)
    const deliveries = sent.map(({ headers, body }) => ({
      id: headers['X-Gitea-Delivery'] ?? '',
      event: headers['X-Gitea-Event'] ?? '',
      payload: JSON.parse(body.toString()) as object,
    }))
    const statuses = await Promise.all(
      deliveries.toReversed().map(({ event, payload, id }) => served.deliver(event, payload, { id })),
    )
    expect(new Set(statuses)).toEqual(new Set([202]))
    await until('the merge', () => served.pull('rfcs/alpha', number)?.state === 'merged')
    await served.settled()
    const feed = () => served.all('SELECT max(seq) AS seq FROM changes')[0]
    const before = feed()
    const inbox = served.all('SELECT count(*) AS n FROM deliveries')[0]
    for (const { event, payload, id } of deliveries) {
      expect(await served.deliver(event, payload, { id })).toBe(200)
      expect(await served.deliver(event, payload, { by: 'guessed' })).toBe(401)
      expect(await served.deliver(event, { ...payload, action: 'closed' }, { by: '' })).toBe(401)
    }
    expect(served.all('SELECT count(*) AS n FROM deliveries')[0]).toEqual(inbox)
    for (const { event, payload } of deliveries) expect(await served.deliver(event, payload)).toBe(202)
    await served.settled()
    expect(feed()).toEqual(before)
    expect(await served.drift()).toEqual([])
  })

  test('F6: 10,000 for one repository in one burst are all taken, and cost at most 5 refreshes of it for each 4 s', async () => {
    const { fake, world } = served
    await served.settled()
    let reads = 0
    fake.fail(({ path }) => {
      if (path.endsWith('/rfcs/beta/git/refs')) reads++
      return undefined
    })
    fake.onDelivery(() => {})
    const id = world.commit('rfcs/beta', 'burst', { 'a.md': 'a' })
    const repository = { id: world.repo('rfcs/beta').id, full_name: 'rfcs/beta', default_branch: 'main' }
    const payload = { ref: 'refs/heads/burst', repository }
    const began = performance.now()
    let left = 10_000
    let taken = 0
    const send = async () => {
      while (left-- > 0) if ((await served.deliver('push', payload)) === 202) taken++
    }
    await Promise.all(Array.from({ length: 64 }, send))
    const seconds = (performance.now() - began) / 1000
    await served.settled()
    expect(taken).toBe(10_000)
    expect(served.head('rfcs/beta', 'burst')).toBe(id)
    // A start each 2 s, the last of those asked during it, and the second look.
    expect(reads).toBeLessThanOrEqual(Math.floor(Math.max(seconds, 4) / 2) + 3)
    process.stderr.write(`10,000 deliveries in ${seconds.toFixed(1)} s, ${reads} refreshes\n`)
  }, 120_000)
})

test('F1: a webhook that never came is healed by the next probe, without anybody’s asking', async () => {
  await using served = await openServed({ probe: '*/2 * * * * *' })
  await served.serve()
  served.fake.onDelivery(() => {})
  const id = served.world.commit('rfcs/alpha', 'missed', { 'a.md': 'a' })
  await until('the push', () => served.head('rfcs/alpha', 'missed') === id, 30_000)
  expect(served.all(`SELECT 1 FROM jobs WHERE kind = 'probe' AND triggered_by = 'scheduled'`).length).toBeGreaterThan(0)
})

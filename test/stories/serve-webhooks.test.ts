import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { burst } from '../../bench/serve-traffic.ts'
import { dialects } from '../demo/fake.ts'
import { openServed, type Row, type Served, until } from './served.ts'

/** Waits until a pull shows all of that. */
function shows(served: Served, repo: string, number: number, what: object): Promise<Row> {
  return until(JSON.stringify(what), () => {
    const row = served.pull(repo, number)
    return row && Object.entries(what).every(([name, value]) => row[name] === value) && row
  })
}

/** A branch with a pull, from its first push to its end. */
async function pullStory(served: Served): Promise<void> {
  const { world } = served
  const shown = (what: object) => shows(served, 'rfcs/alpha', number, what)
  const id = world.commit('rfcs/alpha', 'topic', { 'a.md': 'a' })
  await until('the push', () => served.head('rfcs/alpha', 'topic') === id)
  const number = world.openPull('rfcs/alpha', 'topic', { by: 'alice', title: 'First', body: 'Text' })
  await shown({ state: 'open', title: 'First', description: 'Text', opened_by: 'alice', head_sha: id })
  world.retitle('rfcs/alpha', number, 'Second')
  await shown({ title: 'Second' })
  world.rewrite('rfcs/alpha', number, 'Other text')
  await shown({ description: 'Other text' })
  const next = world.commit('rfcs/alpha', 'topic', { 'a.md': 'b' })
  await shown({ head_sha: next })
  world.close('rfcs/alpha', number)
  await shown({ state: 'closed', upstream_state: 'closed' })
  world.reopen('rfcs/alpha', number)
  await shown({ state: 'open', closed_at: null })
  world.merge('rfcs/alpha', number)
  const tip = world.tip('rfcs/alpha', 'main')
  await shown({ state: 'merged', merge_commit_sha: tip, head_branch: 'topic' })
  await until('main', () => served.head('rfcs/alpha', 'main') === tip)
  world.deleteBranch('rfcs/alpha', 'topic')
  await until('the branch’s end', () => served.head('rfcs/alpha', 'topic') === undefined)
  await shown({ state: 'merged', head_branch: 'topic', head_sha: next })
}

/** An idea that becomes an entry, then an RFC with a repository of its own. */
async function ideaStory(served: Served): Promise<void> {
  const { world, all } = served
  const there = (sql: string) => until(sql, () => all(sql)[0])
  const entry = (lines: string) => ({ 'rfcs/idea.md': `---\nslug: idea\ntitle: Idea\n${lines}\n---\n` })
  world.commit('rfcs/meta', 'propose/idea', entry('state: super-draft'))
  const number = world.openPull('rfcs/meta', 'propose/idea', { by: 'rfc-bot', body: 'x\n\nOn-behalf-of: Ann <ann>\n' })
  await shows(served, 'rfcs/meta', number, { pr_kind: 'idea', rfc_slug: 'idea', state: 'open', opened_by: 'ann' })
  world.merge('rfcs/meta', number)
  await there(`SELECT 1 FROM cached_rfcs WHERE slug = 'idea' AND state = 'super-draft'`)
  await there(`SELECT 1 FROM cached_branches WHERE rfc_slug = 'idea' AND branch_name = 'main'`)
  world.createRepo('rfcs/idea')
  world.commit('rfcs/idea', 'main', { 'RFC.md': '# Idea\n' })
  world.commit('rfcs/meta', 'main', entry('state: active\nrepo: rfcs/idea'))
  await there(`SELECT 1 FROM cached_rfcs WHERE slug = 'idea' AND state = 'active' AND body = '# Idea' || char(10)`)
}

test.concurrent.for(dialects)(
  'fault 51: a copy of %s shows each state as it comes, and ends as one made from nothing',
  async (dialect, { expect }) => {
    await using served = await openServed({ dialect })
    await served.serve()
    await Promise.all([pullStory(served), ideaStory(served)])
    await served.settled()
    expect(await served.drift()).toEqual([])
  },
)

test.concurrent('F1: a webhook that never came is healed by the next probe, without anybody’s asking', async ({
  expect,
}) => {
  await using served = await openServed({ probe: '*/2 * * * * *' })
  await served.serve()
  served.fake.onDelivery(() => {})
  const id = served.world.commit('rfcs/alpha', 'missed', { 'a.md': 'a' })
  await until('the push', () => served.head('rfcs/alpha', 'missed') === id, 30_000)
  expect(served.all(`SELECT 1 FROM jobs WHERE kind = 'probe' AND triggered_by = 'scheduled'`).length).toBeGreaterThan(0)
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

  test('F6: 2,000 for one repository in one burst are all taken, and cost a refresh of it each 2 s', async () => {
    const { taken, seconds, refreshes } = await burst(served, 2000)
    expect(taken).toBe(2000)
    // One at once, one each 2 s, one for those that came during the last, and the second look.
    expect(refreshes).toBeLessThanOrEqual(Math.floor(seconds / 2) + 3)
  })
})

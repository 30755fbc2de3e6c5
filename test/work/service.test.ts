import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeDoor } from '../../src/demo/door.ts'
import { LeaseLost } from '../../src/errors.ts'
import { leaseMs } from '../../src/store/lease.ts'
import { type LiveService, startLiveService } from './live-service.ts'

let live: LiveService
beforeEach(async () => {
  live = await startLiveService()
})
afterEach(() => live[Symbol.asyncDispose]())

const push = (repo: string, branch = 'topic') => live.world.commit(repo, branch, { 'note.md': `${live.now()}\n` })
const refusal = (what: string) =>
  live.db.exec(`CREATE TRIGGER full BEFORE ${what} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
const room = () => live.db.exec('DROP TRIGGER full')

describe('a delivery', () => {
  test('is worked on at once: no clock has to move', async () => {
    const id = push('rfcs/alpha')
    await live.settled()
    expect(live.head('rfcs/alpha', 'topic')).toBe(id)
  })

  test('about a branch reads that repository’s refs and what is new there, nothing more', async () => {
    push('rfcs/alpha')
    await live.settled()
    const asked = live.asked()
    expect(asked[0]).toMatch(/\/repos\/rfcs\/alpha\/git\/refs/)
    expect(asked.every((path) => path.includes('/repos/rfcs/alpha/'))).toBe(true)
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  test('about a pull reads that pull and its head, nothing more', async () => {
    push('rfcs/alpha')
    const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    await live.pass(60)
    live.asked()
    live.world.retitle('rfcs/alpha', number, 'Another title', { by: 'alice' })
    await live.settled()
    expect(live.pull('rfcs/alpha', number)).toMatchObject({ title: 'Another title' })
    expect(
      live
        .asked()
        .map((path) => path.split('?')[0]?.replace('/api/v1/repos/rfcs/alpha/', ''))
        .sort(),
    ).toEqual([expect.stringMatching(/^git\/refs\/pull\/1/), `pulls/${number}`])
  })

  test('F10: makes us look again 5 s later, for what Gitea changes after it has called', async () => {
    push('rfcs/alpha')
    await live.settled()
    live.loseWebhooks()
    const late = push('rfcs/alpha')
    await live.pass(4)
    expect(live.head('rfcs/alpha', 'topic')).not.toBe(late)
    await live.pass(2)
    expect(live.head('rfcs/alpha', 'topic')).toBe(late)
  })

  test('F3: delayed by hours, in whatever order, sets nothing back', async () => {
    const held: Parameters<typeof live.hear>[0][] = []
    live.fake.onDelivery((delivery) => held.push(delivery))
    push('rfcs/alpha')
    const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    live.world.retitle('rfcs/alpha', number, 'Second')
    live.world.close('rfcs/alpha', number)
    live.world.reopen('rfcs/alpha', number)
    const last = push('rfcs/alpha')
    live.set(live.now() + 4 * 3_600_000)
    for (const delivery of held.toReversed()) {
      live.hear(delivery)
      await live.pass(3)
      expect(live.pull('rfcs/alpha', number)?.title ?? 'Second').toBe('Second')
    }
    expect(live.head('rfcs/alpha', 'topic')).toBe(last)
    expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'open', title: 'Second' })
    const before = live.store.changes.latest()
    for (const delivery of held)
      live.hear({
        ...delivery,
        headers: { ...delivery.headers, 'X-Gitea-Delivery': `again ${delivery.headers['X-Gitea-Delivery']}` },
      })
    await live.pass(10)
    expect(live.store.changes.latest()).toBe(before)
  })
})

describe('F35: one target', () => {
  const onlyAlpha = (fault: { kind: 'hang' } | { kind: 'status'; status: number }) =>
    live.fake.fail(({ path }) => (path.includes('/rfcs/alpha/') ? fault : undefined))

  test('whose answers never come holds up no other', async () => {
    onlyAlpha({ kind: 'hang' })
    push('rfcs/alpha')
    await live.settled()
    const id = push('rfcs/beta')
    await live.settled()
    expect(live.head('rfcs/beta', 'topic')).toBe(id)
  })

  test('that fails holds up no other, is tried ever less often, and is well when its answers are', async () => {
    onlyAlpha({ kind: 'status', status: 404 })
    const late = push('rfcs/alpha')
    const id = push('rfcs/beta')
    const tries: number[] = []
    for (let minutes = 0; minutes < 4; minutes++) {
      await live.pass(60)
      tries.push(live.asked().filter((path) => path.includes('/rfcs/alpha/git/refs')).length)
    }
    expect(live.head('rfcs/beta', 'topic')).toBe(id)
    expect(live.store.targets.failing()).toMatchObject([
      { target: expect.stringMatching(/^refs\//), failures: tries.reduce((a, b) => a + b) },
    ])
    expect(tries[0]).toBeGreaterThan(3)
    expect(tries[3]).toBeLessThan(3)
    live.fake.fail(undefined)
    live.set(live.now() + 300_000)
    await live.pass(1)
    expect(live.head('rfcs/alpha', 'topic')).toBe(late)
    expect(live.store.targets.failing()).toEqual([])
  })
})

test('F11: Gitea down for a minute loses nothing', async () => {
  live.fake.fail(() => ({ kind: 'status', status: 503 }))
  const heads = ['alpha', 'beta', 'gamma'].map((slug) => [slug, push(`rfcs/${slug}`)] as const)
  live.world.commit('rfcs/meta', 'edit-delta-0a1b2c', { 'rfcs/delta.md': 'x' })
  const number = live.world.openPull('rfcs/meta', 'edit-delta-0a1b2c', { by: 'alice' })
  await live.pass(60)
  expect(live.head('rfcs/alpha', 'topic')).toBeUndefined()
  live.fake.fail(undefined)
  await live.pass(90)
  for (const [slug, id] of heads) expect(live.head(`rfcs/${slug}`, 'topic')).toBe(id)
  expect(live.pull('rfcs/meta', number)).toMatchObject({ state: 'open', rfc_slug: 'delta' })
})

test('F14: a pull and its head that are both said to be absent are not gone while the refs list it', async () => {
  push('rfcs/alpha')
  const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
  await live.pass(60)
  const flapping = new RegExp(`/(?:pulls/${number}|git/refs/pull/${number}/head)$`)
  live.fake.fail(({ path }) => (flapping.test(path) ? { kind: 'status', status: 404 } : undefined))
  live.world.retitle('rfcs/alpha', number, 'Another title', { by: 'alice' })
  await live.pass(60)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'open' })
  live.fake.fail(undefined)
  live.world.deletePull('rfcs/alpha', number)
  await live.pass(180)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'deleted' })
})

test('F12: a Retry-After holds everything back for so long', async () => {
  live.fake.fail(() => ({ kind: 'status', status: 429, retryAfter: 30 }))
  push('rfcs/alpha')
  await live.pass(1)
  const first = live.asked().length
  push('rfcs/beta')
  await live.pass(27)
  expect(first).toBeGreaterThan(0)
  expect(live.asked()).toEqual([])
  live.fake.fail(undefined)
  await live.pass(60)
  expect(live.head('rfcs/beta', 'topic')).toBeDefined()
})

describe('F13: a token that is refused', () => {
  test('is not tried again before the next probe, deletes nothing, and is told of', async () => {
    live.fake.fail(() => ({ kind: 'status', status: 401 }))
    const rows = live.all('SELECT * FROM cached_branches')
    for (const slug of ['alpha', 'beta', 'gamma']) push(`rfcs/${slug}`)
    await live.pass(1)
    expect(live.health()).toMatchObject({ ok: false, sentence: expect.stringContaining('Gitea refused the token.') })
    live.asked()
    push('rfcs/alpha', 'another')
    await live.pass(290)
    expect(live.asked()).toEqual([])
    expect((await live.run('probe')).status).toBe('failed')
    expect(live.asked().length).toBeLessThanOrEqual(3)
    expect(live.all('SELECT * FROM cached_branches')).toEqual(rows)
  })

  test('and is accepted again heals with the next probe', async () => {
    live.fake.fail(() => ({ kind: 'status', status: 401 }))
    const id = push('rfcs/alpha')
    await live.pass(1)
    live.fake.fail(undefined)
    await live.pass(200)
    expect(live.head('rfcs/alpha', 'topic')).toBeUndefined()
    expect((await live.run('probe')).status).toBe('completed')
    await live.pass(5)
    expect(live.head('rfcs/alpha', 'topic')).toBe(id)
    expect(live.health().ok).toBe(true)
  })
})

describe('F29: a file that takes nothing', () => {
  test('is no trouble any more once it takes something again, though no delivery comes', async () => {
    live.pulse.troubles.set('inbox', 'database or disk is full')
    await live.pass(10)
    expect(live.pulse.troubles.has('inbox')).toBe(false)
  })

  test('is told of for as long as it lasts, and what was under way is done when there is room', async () => {
    refusal('UPDATE ON targets WHEN OLD.started_at IS NOT NULL AND NEW.started_at IS NULL')
    const id = push('rfcs/alpha')
    await live.pass(5)
    room()
    await live.pass(10)
    push('rfcs/alpha')
    await live.pass(10)
    expect(live.head('rfcs/alpha', 'topic')).not.toBe(id)
    expect(live.all('SELECT target FROM targets WHERE started_at IS NOT NULL')).toEqual([])
  })

  test('makes health red, and green again once there is room', async () => {
    refusal('INSERT ON settings')
    await live.pass(20)
    for (let times = 0; times < 10; times++) {
      await live.pass(0.4)
      expect(live.health()).toMatchObject({ ok: false, sentence: expect.stringContaining('disk is full') })
    }
    room()
    await live.pass(6)
    expect(live.health().ok).toBe(true)
  })

  test('F38: holds up no later probe, because the end of one could not be written', async () => {
    refusal('UPDATE ON jobs WHEN NEW.completed_at IS NOT NULL')
    const { id } = live.store.jobs.request('probe', 'scheduled', '2026-11-22T10:00:00Z')
    await live.pass(5)
    room()
    await live.pass(5)
    expect(live.store.jobs.byId(id)).toMatchObject({ status: 'failed', error_message: 'interrupted' })
    expect((await live.run('probe')).status).toBe('completed')
  })

  test('and cannot be tidied up does not end the service', async () => {
    live.store.deliveries.insert({ id: 'old', received_at: 0, event: 'push', action: null, repo: null, targets: '' })
    refusal('DELETE ON deliveries')
    live.set(live.now() + 3_700_000)
    await live.pass(6)
    expect(live.health().sentence).toContain('disk is full')
    room()
    await live.pass(2)
    expect(live.all(`SELECT id FROM deliveries WHERE id = 'old'`)).toEqual([])
  })
})

describe('F31: a service that was held up for longer than its lease', () => {
  /** Another process takes over, does this, and is gone again. */
  const takenOver = (meanwhile: () => void = () => {}) => {
    live.set(live.now() + leaseMs + 1000)
    const { store } = live.open()
    expect(store.lease.acquire('other', live.now())).toBe(true)
    meanwhile()
    store.lease.release('other')
    store[Symbol.dispose]()
  }

  test('ends, and writes nothing of what it had read before', async () => {
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    const door = fakeDoor(live.fake)
    live.answerWith(async (request) => {
      const read = await door(request)
      if (request.path.includes('git/refs')) await held
      return read
    })
    push('rfcs/alpha')
    await live.settled()
    takenOver(() => live.db.exec(`UPDATE cached_branches SET head_sha = 'newer' WHERE repo = 'rfcs/alpha'`))
    answer()
    await live.pass(6)
    expect(await live.ended).toBeInstanceOf(LeaseLost)
    expect(live.head('rfcs/alpha', 'main')).toBe('newer')
    expect(live.head('rfcs/alpha', 'topic')).toBeUndefined()
  })

  test('ends also when it had nothing under way', async () => {
    takenOver()
    await live.pass(6)
    expect(await live.ended).toBeInstanceOf(LeaseLost)
  })

  test('F31: takes no job that waits, which nobody would ever end', async () => {
    takenOver()
    const { id } = live.store.jobs.request('probe', 'scheduled', new Date(live.now()).toISOString())
    live.bell.ring()
    await live.settled()
    expect(live.all('SELECT status FROM jobs WHERE id = ?', id)).toEqual([{ status: 'pending' }])
    expect(await live.ended).toBeInstanceOf(LeaseLost)
  })

  test('ends also while Gitea does not answer', async () => {
    live.fake.fail(() => ({ kind: 'hang' }))
    push('rfcs/alpha')
    await live.settled()
    takenOver()
    await live.pass(6)
    expect(await live.ended).toBeInstanceOf(LeaseLost)
  })

  test('and was not replaced goes on', async () => {
    live.set(live.now() + 10 * leaseMs)
    const id = push('rfcs/alpha')
    await live.pass(6)
    expect(live.head('rfcs/alpha', 'topic')).toBe(id)
  })
})

test('F7: what a service that died had heard and not done is done by the next', async () => {
  const { store, mirror } = live.open()
  live.fake.fail(() => ({ kind: 'hang' }))
  push('rfcs/alpha')
  await live.settled()
  expect(live.all('SELECT target FROM targets WHERE started_at IS NOT NULL')).toHaveLength(1)
  live.set(live.now() + leaseMs + 1000)
  store.lease.acquire('next', live.now())
  store.targets.freeStarted()
  expect(store.targets.claim(live.now(), true)).toMatchObject({ priority: expect.any(Number) })
  store[Symbol.dispose]()
  await mirror[Symbol.asyncDispose]()
})

test('the application’s table of actions is heeded soon after it is made, though nothing moves in Gitea', async () => {
  push('rfcs/alpha')
  const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'rfc-bot' })
  await live.pass(30)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ opened_by: 'rfc-bot' })
  live.db.exec(
    'CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT)',
  )
  await live.pass(6)
  live.db
    .prepare(
      `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of) VALUES ('open_branch_pr', 'alpha', ?, 'ann')`,
    )
    .run(number)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ opened_by: 'ann', opened_by_source: 'actions' })
})

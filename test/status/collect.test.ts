import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, test } from 'vitest'
import { statusShape } from '../../src/status/shape.ts'
import { openPicture } from '../../src/store/picture.ts'
import { holderName } from '../../src/work/lead.ts'
import { prune } from '../../src/work/prune.ts'
import { refuse, tellRefusals } from '../../src/work/refusals.ts'
import { madePath } from '../store/made.ts'
import { startLiveService } from '../work/live-service.ts'
import { house, minute } from './house.ts'

let it: ReturnType<typeof house>
beforeEach(() => {
  it = house()
})
const claimed = (target: string) => {
  it.store.targets.ask({ target, at: it.now() })
  const claim = it.store.targets.claimOne(target, it.now())
  if (!claim) throw new Error(`${target} was not claimed`)
  return claim
}
const alpha = () => it.status().repositories.find(({ full_name }) => full_name === 'rfcs/alpha')

test('a status is of the shape that is promised, from a daemon and from the file', () => {
  for (const status of [it.status(), it.fromFile()]) expect(statusShape.parse(status)).toEqual(status)
})

describe('the sweeps', () => {
  test('are those that ended well, whatever came after them', () => {
    it.ended(it.began('probe'), 'completed')
    const probed = it.text()
    it.pass(5 * minute)
    it.ended(it.began('probe'), 'failed', 'Gitea answered 502.')
    it.ended(it.began('rebuild'), 'completed_with_warnings')
    expect(it.status()).toMatchObject({
      probe: { last_at: probed, every_seconds: 300 },
      full: { last_at: it.text(), next_at: null, every_seconds: 21_600 },
      lag_seconds: 300,
    })
  })

  test('have no times to come where no daemon runs', () => {
    expect(it.fromFile()).toMatchObject({ started_at: null, probe: { next_at: null, every_seconds: null } })
  })
})

test('a process that was killed works no more, and what it ran is interrupted', () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const began = it.text()
  it.began('reconcile')
  it.pass(60)
  it.store.lease.release('here')
  it.store.lease.acquire(holderName({ effects: it.effects }).replace(`:${process.pid}:`, `:${pid}:`), it.now())
  const { leader, jobs, verdict } = it.fromFile()
  expect(leader).toBeNull()
  expect(jobs).toMatchObject({
    running: [],
    recent: [
      { kind: 'reconcile', status: 'failed', error_message: 'interrupted', completed_at: began, eta_seconds: null },
    ],
  })
  expect(verdict.sentence).toContain('No process works on this database')
})

describe('the queue', () => {
  test('tells its depth, what is under way, and since when the oldest waits', () => {
    const since = it.text()
    it.store.targets.ask({ target: 'meta-pulls', at: it.now() })
    it.pass(5)
    claimed('refs/2')
    it.store.targets.ask({ target: 'meta-branches', at: it.now() + 60_000 })
    expect(it.status().queue).toEqual({ depth: 2, under_way: 1, oldest_at: since, failing: [] })
  })

  test('has no oldest while nothing is due yet', () => {
    it.store.targets.ask({ target: 'meta-pulls', at: it.now() + 5000 })
    expect(it.status().queue).toMatchObject({ depth: 1, oldest_at: null })
  })

  test('names what fails, why, how often, and when it is tried again', () => {
    const claim = claimed('pull/2/7')
    it.store.targets.fail(claim, it.now(), it.now() + 60_000, 'Gitea answered 500.')
    const again = new Date(it.now() + 60_000).toISOString().replace('.000', '')
    expect(it.status().queue.failing).toEqual([
      { target: 'pull/2/7', failures: 1, error: 'Gitea answered 500.', next_try_at: again },
    ])
  })
})

describe('a repository', () => {
  test('is never read, refreshing, failing, fresh and waiting, in turn', () => {
    expect(alpha()).toMatchObject({ state: 'never read', error: null, rfc_slug: 'alpha' })
    const claim = claimed('rfc-repo/2')
    expect(alpha()?.state).toBe('refreshing')
    it.store.targets.fail(claim, it.now(), it.now() + 1000, 'Gitea answered 500.')
    expect(alpha()).toMatchObject({ state: 'failing', error: 'Gitea answered 500.', confirmed_at: null })
    it.pass(2)
    it.store.targets.settle(claimed('rfc-repo/2').target, it.now(), 0)
    expect(alpha()).toMatchObject({ state: 'fresh', error: null, confirmed_at: it.text() })
    it.store.targets.ask({ target: 'pull/2/7', at: it.now() })
    expect(alpha()?.state).toBe('waiting')
  })

  test('that is fresh was confirmed by the last complete sweep, another when it was last read', () => {
    const read = it.text()
    it.store.targets.settle(claimed('rfc-repo/2').target, it.now(), 0)
    it.pass(10)
    it.store.settings.set('last_complete', it.now())
    expect(alpha()?.confirmed_at).toBe(it.text())
    it.store.targets.settle(claimed('pull/2/7').target, it.now(), 0)
    it.store.targets.fail(claimed('refs/2'), it.now(), it.now(), 'no')
    expect(alpha()?.confirmed_at).toBe(read)
  })

  test('is told of only when it is followed', () => {
    it.store.repos.follow(2, null)
    expect(it.status().repositories.map(({ full_name }) => full_name)).toEqual(['rfcs/meta'])
  })
})

describe('the jobs', () => {
  test('that run and wait are apart from the last ten that ended', () => {
    for (let times = 0; times < 12; times++) it.ended(it.began('probe'), 'completed')
    const running = it.began('reconcile')
    it.store.jobs.request('verify', 'manual:ann', it.text())
    const { jobs } = it.status()
    expect(jobs.running.map(({ id }) => id)).toEqual([running])
    expect(jobs.pending).toMatchObject([{ kind: 'verify', triggered_by: 'manual:ann' }])
    expect(jobs.recent.map(({ id }) => id)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
  })
})

describe('the drift', () => {
  test('is what the last comparison found that could read everything', () => {
    expect(it.status().drift).toBeNull()
    it.ended(it.began('verify'), 'completed_with_warnings', '2 columns drifted.', { drift: [{}, {}], failed: 0 })
    expect(it.status().drift).toEqual({ found_at: it.text(), columns: 2 })
    it.pass(minute)
    it.ended(it.began('verify'), 'completed_with_warnings', 'Not all could be read.', { drift: [], failed: 1 })
    expect(it.status().drift).toBeNull()
  })
})

describe('the last day', () => {
  test('is 96 quarters of an hour without gaps, the present one last', () => {
    it.store.activity.add(it.now(), { refreshes: 2, failures: 1 })
    it.pass(100 * minute)
    it.store.activity.add(it.now(), { deliveries: 1 })
    it.store.activity.add(it.now(), { deliveries: 1, missed: 3 })
    const { day } = it.status()
    expect(day).toHaveLength(96)
    const times = day.map(({ at }) => Date.parse(at))
    expect(times.slice(1).every((at, index) => at - (times[index] ?? 0) === 900_000)).toBe(true)
    expect(day.at(-1)).toEqual({
      at: '2026-11-22T11:30:00Z',
      refreshes: 0,
      failures: 0,
      deliveries: 2,
      refused: 0,
      missed: 3,
    })
    expect(day.at(-7)).toMatchObject({ at: '2026-11-22T10:00:00Z', refreshes: 2, failures: 1 })
    it.pass(24 * 60 * minute)
    expect(it.status().day.every(({ deliveries }) => deliveries === 0)).toBe(true)
  })

  test('is forgotten after a week, and not before', async () => {
    const forget = () => prune({ store: it.store, effects: it.effects }, { days: 30, jobs: 1000 })
    const quarters = () => it.sql('').prepare('SELECT count(*) FROM activity').pluck().get()
    it.store.activity.add(it.now(), { refreshes: 1 })
    it.pass(7 * 24 * 60 * minute)
    await forget()
    expect(quarters()).toBe(1)
    it.pass(1)
    await forget()
    expect(quarters()).toBe(0)
  })

  test('has refusals once the heartbeat told of them, each once', () => {
    const mirror = { store: it.store, effects: it.effects } as Parameters<typeof tellRefusals>[0]
    refuse(it.pulse.refusals, '401')
    refuse(it.pulse.refusals, '401')
    refuse(it.pulse.refusals, '413')
    expect(it.status().deliveries.refused).toEqual({ 401: 2, 413: 1 })
    expect(it.status().day.at(-1)?.refused).toBe(0)
    tellRefusals(mirror, it.pulse.refusals)
    tellRefusals(mirror, it.pulse.refusals)
    expect(it.status().day.at(-1)?.refused).toBe(3)
    refuse(it.pulse.refusals, '401')
    tellRefusals(mirror, it.pulse.refusals)
    expect(it.status().day.at(-1)?.refused).toBe(4)
  })
})

describe('a daemon at work', () => {
  test('counts its refreshes, failures, deliveries and what no webhook told', async () => {
    await using live = await startLiveService()
    const before = live.status().day.at(-1)
    expect(before?.refreshes).toBeGreaterThan(3)
    live.world.commit('rfcs/alpha', 'topic', { 'a.md': 'x' })
    await live.pass(10)
    live.fake.fail(({ path }) => (path.includes('rfcs/beta') ? { kind: 'status', status: 500 } : undefined))
    live.world.commit('rfcs/beta', 'topic', { 'a.md': 'x' })
    await live.pass(40)
    expect(live.status()).toMatchObject({
      verdict: { level: 'ok', sentence: expect.stringContaining('but for rfcs/beta') },
      queue: { failing: [{ error: expect.stringContaining('500') }] },
      gitea: { version: 'Gitea 1.26.1', latency_ms: expect.any(Number), errors: expect.any(Number) },
    })
    const after = live.status().day.at(-1)
    expect(after?.deliveries).toBeGreaterThan(before?.deliveries ?? 0)
    expect(after?.refreshes).toBeGreaterThan(before?.refreshes ?? 0)
    expect(after?.failures).toBeGreaterThan(0)
    live.fake.fail(undefined)
    live.loseWebhooks()
    live.world.commit('rfcs/gamma', 'topic', { 'a.md': 'x' })
    await live.pass(30)
    await live.run('probe')
    expect(live.status().missed_webhooks).toBeGreaterThan(0)
    expect(live.status().day.at(-1)?.missed).toBe(live.status().missed_webhooks)
  })

  test('writes its refusals down with its heartbeat', async () => {
    await using live = await startLiveService()
    refuse(live.pulse.refusals, '401')
    await live.pass(6)
    expect(live.status().day.at(-1)?.refused).toBe(1)
  })

  test('knows since when Gitea is silent, and forgets it with the next answer', async () => {
    await using live = await startLiveService()
    live.answerWith(async () => {
      throw new TypeError('gone')
    })
    await live.run('probe')
    await live.pass(30)
    expect(live.status().verdict.sentence).toMatch(/Gitea has served no request for \d+ seconds/)
    expect(live.status().gitea.errors).toBeGreaterThan(0)
    const { silent } = live.mirror.gitea.traffic
    await live.run('probe')
    expect(live.mirror.gitea.traffic.silent?.since).toBe(silent?.since)
    live.answerWith()
    await live.run('probe')
    expect(live.status().verdict.sentence).not.toContain('served')
  })
})

describe('a file', () => {
  test('is read beside whoever works on it, and nothing is written', () => {
    using picture = openPicture(it.file)
    expect(picture.holder(it.now())).toBe('here')
    expect(picture.sizes().bytes).toBeGreaterThan(0)
  })

  test('that is not there, or was never ours, is refused with what to do', () => {
    expect(() => openPicture(madePath())).toThrow(/There is no database/)
    it.sql(`DELETE FROM settings WHERE name = 'schema'`)
    expect(() => openPicture(it.file)).toThrow(/has never worked on/)
  })

  test('of another schema is refused and left as it is', () => {
    it.sql(`UPDATE settings SET value = '1' WHERE name = 'schema'`)
    expect(() => openPicture(it.file)).toThrow(/older rfcached/)
    it.sql(`UPDATE settings SET value = '99' WHERE name = 'schema'`)
    expect(() => openPicture(it.file)).toThrow(/newer rfcached/)
  })
})

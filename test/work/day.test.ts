import Sqlite from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { changeOnce } from '../../bench/serve-traffic.ts'
import { fakeDoor } from '../../src/demo/door.ts'
import { openCopy, type Row } from '../support/copy.ts'
import { liveRows } from '../support/live-rows.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type LiveService, startLiveService } from './live-service.ts'

const hour = 3_600_000
const probeEveryMs = 300_000
const probesADay = 288
const probesASweep = 72

/** The file is whole, and what lives in it is what a copy made from nothing has. */
async function isEqual({ store, fake, world, now, random }: LiveService): Promise<void> {
  // By a connection of its own: the full-text index keeps what it has read, and one that lasts finds that to be broken.
  const db = new Sqlite(store.file, { readonly: true })
  onTestFinished(() => void db.close())
  expect(db.prepare('PRAGMA integrity_check').pluck().get()).toBe('ok')
  const token = world.token('owner', ['read:repository', 'read:organization', 'read:issue'])
  const effects = { now, random, sleep: async () => {} }
  const source = { url: 'http://gitea.test', org: 'rfcs', token, bot: 'rfc-bot', door: fakeDoor(fake), effects }
  using fresh = openCopy(source)
  await fresh.reconcile()
  const all: typeof fresh.all = (sql, ...values) => db.prepare<typeof values, Row>(sql).all(...values)
  const [have, want] = liveRows({ all }, fresh)
  expect(have).toEqual(want)
}

/** What a sweep leaves is equal. */
async function endsEqual(live: LiveService): Promise<void> {
  await live.run('reconcile')
  await live.pass(10)
  await isEqual(live)
}

describe('a day of the schedule', () => {
  test.each([1, 2])(
    'with changes all the time and a third of the webhooks lost ends equal (seed %s)',
    async (seed) => {
      await using live = await startLiveService()
      const random = seededRandom(seed)
      const jobs: unknown[] = []
      for (let probe = 1; probe <= probesADay; probe++) {
        const next = live.now() + probeEveryMs
        if (random() < 0.33) live.loseWebhooks()
        for (let changes = Math.floor(random() * 4); changes > 0; changes--) changeOnce(live.world, random)
        await live.pass(8)
        live.hearWebhooks()
        live.set(next)
        live.probeDue()
        const isSweep = probe % probesASweep === 0
        if (isSweep) await live.pass(3)
        jobs.push((await live.run(isSweep ? 'reconcile' : 'probe')).status)
        await live.pass(isSweep ? 10 : 1)
        if (isSweep) await isEqual(live)
      }
      expect(new Set(jobs)).toEqual(new Set(['completed']))
      expect(live.missed()).toBeGreaterThan(10)
      expect(live.health().ok).toBe(true)
    },
    120_000,
  )
})

describe('fault F32: the clock is set back an hour', () => {
  test('while changes are asked for, and they are seen at once all the same', async () => {
    await using live = await startLiveService()
    live.world.commit('rfcs/alpha', 'before', { 'a.md': 'a' })
    live.set(live.now() - hour)
    const id = live.world.commit('rfcs/alpha', 'after', { 'b.md': 'b' })
    await live.pass(8)
    expect(live.head('rfcs/alpha', 'after')).toBe(id)
    expect((await live.run('probe')).status).toMatch(/^completed/)
    live.world.commit('rfcs/meta', 'main', { 'rfcs/late.md': '---\nslug: late\ntitle: Late\n---\n' })
    live.loseWebhooks()
    const lost = live.world.commit('rfcs/beta', 'lost', { 'c.md': 'c' })
    await live.pass(120)
    await live.run('probe')
    await live.pass(5)
    expect(live.head('rfcs/beta', 'lost')).toBe(lost)
    await endsEqual(live)
    expect(live.health()).toMatchObject({ ok: true })
  })

  test('and forward again, and no change stays unseen', async () => {
    await using live = await startLiveService()
    live.set(live.now() - hour)
    await live.run('probe')
    live.set(live.now() + 2 * hour)
    live.loseWebhooks()
    const id = live.world.commit('rfcs/gamma', 'x', { 'a.md': 'a' })
    await live.run('probe')
    await live.pass(5)
    expect(live.head('rfcs/gamma', 'x')).toBe(id)
    await endsEqual(live)
  })
})

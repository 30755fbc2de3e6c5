import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { prune } from '../../src/work/prune.ts'
import { openDesk } from './desk.ts'

const day = 86_400_000
let desk: ReturnType<typeof openDesk>
beforeEach(() => {
  desk = openDesk()
})
afterEach(() => desk[Symbol.asyncDispose]())

const count = (table: string) => Number(desk.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
const forget = (days: number, jobs = 1000) => {
  const { store, now } = desk
  const effects = { now, random: () => 0, sleep: async () => {} }
  return prune({ store, effects }, { days, jobs })
}
const delivered = (id: string) =>
  desk.store.deliveries.insert({ id, received_at: desk.now(), event: 'push', action: null, repo: null, targets: '' })
/** A change of an RFC, made at this moment by the desk's clock. */
const changed = (key: string) =>
  desk.db
    .prepare(`INSERT INTO changes (table_name, key, op, at) VALUES ('cached_rfcs', ?, 'changed', ?)`)
    .run(key, Math.floor(desk.now() / 1000)).lastInsertRowid
const asks = (since: number | bigint, limit?: number) =>
  desk.app.inject({ url: `/api/v1/changes?since=${since}${limit ? `&limit=${limit}` : ''}` })

test('what happened is counted for a week, and not a quarter of an hour longer', async () => {
  desk.store.transaction(() => desk.store.activity.add(desk.now(), { refreshes: 1 }))
  desk.pass(7 * day - 900_000)
  await forget(30)
  expect(count('activity')).toBe(1)
  desk.pass(2 * 900_000)
  await forget(30)
  expect(count('activity')).toBe(0)
})

describe('deliveries', () => {
  test('are kept for the days that are configured, and not a day longer', async () => {
    delivered('old')
    desk.pass(30 * day)
    delivered('new')
    await forget(30)
    expect(count('deliveries')).toBe(2)
    desk.pass(1)
    await forget(30)
    expect(desk.inbox()).toMatchObject([{ id: 'new' }])
  })

  test('F6, F37: of a flood are forgotten in chunks, between which others write', async () => {
    desk.db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO deliveries (id, received_at, event, targets) SELECT 'id-' || i, ${desk.now()}, 'push', '' FROM n`)
    desk.pass(40 * day)
    const left: number[] = []
    const watch = setInterval(() => left.push(count('deliveries')), 0)
    await forget(30)
    clearInterval(watch)
    expect(count('deliveries')).toBe(0)
    expect(left.filter((some) => some > 0 && some < 5000).length).toBeGreaterThan(0)
  })
})

test('jobs that ended are kept by number, those that wait or run for ever', async () => {
  const { store } = desk
  for (let times = 0; times < 7; times++) {
    const { id } = store.jobs.request('probe', 'scheduled', '2026-11-22T10:00:00Z')
    if (times === 0) {
      desk.db.exec(`UPDATE jobs SET kind = 'reconcile', status = 'running'`)
      continue
    }
    store.jobs.start(id, '2026-11-22T10:00:00Z')
    store.jobs.finish(id, 'completed', '2026-11-22T10:00:00Z', null, {})
  }
  await forget(30, 3)
  expect(desk.db.prepare('SELECT status FROM jobs ORDER BY id').pluck().all()).toEqual([
    'running',
    ...Array(3).fill('completed'),
  ])
})

describe('a reader of the change feed', () => {
  test('gets what moved after the number it holds, in order, and goes on from there', async () => {
    const [first] = [changed('a'), changed('b'), changed('c')]
    const { changes, latest } = (await asks(first)).json()
    expect(changes.map(({ key }: { key: string }) => key)).toEqual(['b', 'c'])
    expect((await asks(latest)).json()).toEqual({ changes: [], latest })
    expect((await asks(first, 1)).json().changes).toMatchObject([{ key: 'b' }])
  })

  test('is told 410 when some of what it asks for is forgotten, and where to go on', async () => {
    const old = changed('old')
    desk.pass(31 * day)
    const kept = changed('kept')
    changed('last')
    await forget(30)
    expect((await asks(Number(old) - 1)).statusCode).toBe(410)
    expect((await asks(0)).json()).toMatchObject({ latest: Number(kept) + 1 })
    const whole = await asks(old)
    expect(whole.statusCode).toBe(200)
    expect(whole.json().changes).toMatchObject([{ key: 'kept' }, { key: 'last' }])
  })

  test('who is up to date is never too late, not even when everything is forgotten', async () => {
    const last = changed('last')
    desk.pass(31 * day)
    await forget(30)
    expect(count('changes')).toBe(0)
    expect((await asks(last)).json()).toEqual({ changes: [], latest: Number(last) })
    expect((await asks(Number(last) - 1)).statusCode).toBe(410)
    expect(changed('next')).toBeGreaterThan(last)
  })

  test('whose number is ahead of the file, which a restored backup makes, reads everything anew', async () => {
    const latest = Number(changed('a'))
    expect((await asks(latest)).statusCode).toBe(200)
    expect((await asks(latest + 1)).statusCode).toBe(410)
  })

  test('who asks in other words is told how', async () => {
    for (const since of ['', 'x', '-1', '1.5', 'NaN', '1e400'])
      expect((await desk.app.inject({ url: `/api/v1/changes?since=${since}` })).statusCode).toBe(400)
    expect((await desk.app.inject({ url: '/api/v1/changes' })).statusCode).toBe(400)
  })

  test('who comes through a proxy is told that this is for this machine', async () => {
    for (const header of ['forwarded', 'x-forwarded-for', 'X-Forwarded-Host'])
      expect((await desk.app.inject({ url: '/api/v1/changes?since=0', headers: { [header]: 'x' } })).statusCode).toBe(
        403,
      )
  })
})

test('the file is an ordinary one: another SQLite reads the feed beside us', () => {
  changed('a')
  const reader = new Sqlite(desk.file, { readonly: true })
  expect(reader.prepare('SELECT count(*) FROM changes').pluck().get()).toBe(1)
  reader.close()
})

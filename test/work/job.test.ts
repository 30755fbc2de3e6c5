import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fewToDerive } from '../../src/store/backfills.ts'
import type { JobRow } from '../../src/store/jobs.ts'
import { leaseMs } from '../../src/store/lease.ts'
import { runJob } from '../../src/work/job.ts'
import { type JobKind, jobKinds } from '../../src/work/job-kinds.ts'
import { jobsOf } from '../../src/work/jobs.ts'
import { takeLead } from '../../src/work/lead.ts'
import { type LiveService, startLiveService } from './live-service.ts'

let live: LiveService
beforeEach(async () => {
  live = await startLiveService()
})
afterEach(() => live[Symbol.asyncDispose]())

const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const jobs = () => jobsOf(live.mirror, live.bell.ring)
const rowOf = (id: number) => live.store.jobs.byId(id) as JobRow
const trigger = (sql: string) => live.db.exec(`CREATE TRIGGER test_trigger ${sql}`)
const hang = () => live.fake.fail(() => ({ kind: 'hang' }))
const pending = (kind: string) => live.store.jobs.list({ kind, status: 'pending', limit: 9 })

/** Lets time pass until it is so; also what goes on in the file system, which no clock moves. */
async function until(isSo: () => boolean, seconds = 0.5): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns === 2000) throw new Error('It never was.')
    await live.pass(seconds)
  }
}

/** A run of that kind, asked for by ann, which has ended. */
async function run(kind: string): Promise<JobRow> {
  const { id } = jobs().request(kind, 'manual:ann')
  await until(() => rowOf(id).completed_at !== null)
  return rowOf(id)
}

/** What every run has that has begun and ended, however it ended. */
function expectWholeLife(row: JobRow): void {
  expect(row).toMatchObject({
    triggered_by: 'manual:ann',
    created_at: expect.stringMatching(utcTime),
    started_at: expect.stringMatching(utcTime),
    completed_at: expect.stringMatching(utcTime),
  })
  expect(String(row.started_at) >= row.created_at && String(row.completed_at) >= String(row.started_at)).toBe(true)
}

describe.each(Object.entries(jobKinds))('a run of the kind %s', (kind, { about }) => {
  test('says in a line what it does', () => {
    expect(about).toMatch(/^[a-z][^\n]{15,100}[^.\s]$/)
  })

  test('that goes well has its status, its times, how far it came, and what it brought', async () => {
    const row = await run(kind)
    expectWholeLife(row)
    expect(row.status).toMatch(/^completed(_with_warnings)?$/)
    expect(row).toMatchObject({ phase: expect.any(String), phase_at: expect.stringMatching(utcTime), stop_by: null })
    expect(JSON.parse(row.result)).toEqual(expect.any(Object))
  })

  test('that fails has the text of its error', async () => {
    trigger(`BEFORE UPDATE OF phase ON jobs BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
    const row = await run(kind)
    expectWholeLife(row)
    expect(row).toMatchObject({ status: 'failed', error_message: 'database or disk is full', result: '{}' })
  })

  test('that is asked to stop ends failed, says by whom, and is not asked for again', async () => {
    trigger(`AFTER UPDATE OF status ON jobs WHEN NEW.status = 'running'
      BEGIN UPDATE jobs SET stop_by = 'manual:bob' WHERE id = NEW.id; END`)
    const row = await run(kind)
    expectWholeLife(row)
    expect(row).toMatchObject({ status: 'failed', error_message: 'stopped by manual:bob', stop_by: 'manual:bob' })
    expect(pending(kind)).toEqual([])
  })
})

test('a kind that nobody knows, from a newer or an older rfcached, fails and says so', async () => {
  const row = await run('backfill:of-tomorrow')
  expectWholeLife(row)
  expect(row).toMatchObject({ status: 'failed', error_message: expect.stringContaining('backfill:of-tomorrow') })
})

describe('a run that is asked for', () => {
  test('begins at once: no clock has to move', async () => {
    const { id } = jobs().request('probe', 'manual:ann')
    await live.settled()
    expect(rowOf(id).status).toBe('completed')
  })

  test('is not coalesced with one that is ending because it was asked to stop', async () => {
    hang()
    const first = jobs().request('reconcile', 'manual:ann')
    await live.settled()
    jobs().stop(first.id, 'manual:bob')
    expect(jobs().request('reconcile', 'manual:cy')).toEqual({ id: first.id + 1, coalesced: false })
    live.fake.fail(undefined)
    await live.pass(10)
    expect(rowOf(first.id).status).toBe('failed')
    expect(rowOf(first.id + 1)).toMatchObject({ status: 'completed', triggered_by: 'manual:cy' })
  })
})

describe('a run under way', () => {
  /** A whole sweep that waits for Gitea, which answers nothing of alpha's any more. */
  const waiting = async (kind: JobKind = 'reconcile') => {
    live.fake.fail(({ path }) => (path.includes('/rfcs/alpha/') ? { kind: 'hang' } : undefined))
    const { id } = jobs().request(kind, 'manual:ann')
    await until(() => rowOf(id).phase === 'branches and pulls')
    expect(rowOf(id).status).toBe('running')
    return id
  }

  test('is asked to stop by another process, ends within a second, and what it had under way is asked for again', async () => {
    live.loseWebhooks()
    const head = live.world.commit('rfcs/alpha', 'topic', { 'note.md': 'x' })
    const id = await waiting()
    const other = live.open()
    expect(other.store.jobs.stop(id, 'manual:bob', '2026-11-22T10:00:00Z')).toBe('asked')
    other.store[Symbol.dispose]()
    await live.pass(1)
    expect(rowOf(id)).toMatchObject({ status: 'failed', error_message: 'stopped by manual:bob' })
    expect(live.store.targets.failing()).toEqual([])
    live.fake.fail(undefined)
    await live.pass(200)
    expect(live.head('rfcs/alpha', 'topic')).toBe(head)
  })

  test.each(['verify', 'dry-run'] as const)('on a copy is stopped as well: %s', async (kind) => {
    const id = await waiting(kind)
    jobs().stop(id, 'manual:bob')
    await live.pass(1)
    await until(() => rowOf(id).completed_at !== null, 0)
    expect(rowOf(id)).toMatchObject({ status: 'failed', error_message: 'stopped by manual:bob' })
  })

  test('in a pause of several seconds is stopped within one', async () => {
    live.db.exec(`UPDATE cached_rfcs SET title = 'drifted' WHERE slug = 'alpha'`)
    const { id } = jobs().request('verify', 'manual:ann')
    await until(() => rowOf(id).phase === 'dates', 0)
    await live.pass(1)
    expect(rowOf(id).status).toBe('running')
    jobs().stop(id, 'manual:bob')
    await live.pass(1)
    await until(() => rowOf(id).completed_at !== null, 0)
    expect(rowOf(id).error_message).toBe('stopped by manual:bob')
  })

  test('keeps the first who asked it to stop', async () => {
    const id = await waiting()
    expect([jobs().stop(id, 'manual:bob'), jobs().stop(id, 'manual:cy')]).toEqual(['asked', 'asked'])
    await live.pass(1)
    expect(rowOf(id).stop_by).toBe('manual:bob')
    expect(jobs().stop(id, 'manual:cy')).toBe('ended')
  })

  test('that is stopped is a sweep that is owed no more: the next probe begins none', async () => {
    live.store.settings.set('full_owed', '1')
    const id = await waiting()
    jobs().stop(id, 'manual:bob')
    await live.pass(1)
    live.fake.fail(undefined)
    await run('probe')
    expect(live.store.jobs.list({ kind: 'reconcile', before: 99, limit: 9 })[0]?.id).toBe(id)
  })

  test('is interrupted when its process is told to end, and asked for again by the same trigger', async () => {
    const id = await waiting()
    live.stop()
    expect(await live.ended).toBeNull()
    expect(rowOf(id)).toMatchObject({ status: 'failed', error_message: 'interrupted' })
    expect(pending('reconcile')).toMatchObject([{ triggered_by: 'manual:ann' }])
  })

  test('F33: that another process took over keeps the end that process gave it', async () => {
    const id = await waiting()
    live.set(live.now() + leaseMs + 1000)
    const { mirror, store } = live.open()
    expect(takeLead(mirror, 'other')).toBe(true)
    const taken = rowOf(id)
    expect(taken).toMatchObject({ status: 'failed', error_message: 'interrupted' })
    live.fake.fail(undefined)
    await live.pass(60)
    expect(await live.ended).toBeInstanceOf(Error)
    expect(rowOf(id)).toEqual(taken)
    store[Symbol.dispose]()
  })
})

describe('F33: after a crash', () => {
  const left = (stopBy: string | null) => {
    const { id } = live.store.jobs.request('verify', 'api:wiki', '2026-11-22T09:00:00Z')
    live.db
      .prepare(`UPDATE jobs SET status = 'running', started_at = created_at, stop_by = ? WHERE id = ?`)
      .run(stopBy, id)
    live.set(live.now() + leaseMs + 1000)
    const { mirror, store } = live.open()
    takeLead(mirror, 'heir')
    store[Symbol.dispose]()
    return id
  }

  test('a run that was left running is failed, and asked for again by the same trigger', () => {
    const id = left(null)
    expect(rowOf(id)).toMatchObject({
      status: 'failed',
      error_message: 'interrupted',
      completed_at: expect.any(String),
    })
    expect(pending('verify')).toMatchObject([{ triggered_by: 'api:wiki' }])
  })

  test('one that was asked to stop is not asked for again', () => {
    const id = left('manual:bob')
    expect(rowOf(id)).toMatchObject({ status: 'failed', error_message: 'stopped by manual:bob' })
    expect(pending('verify')).toEqual([])
  })
})

test('a run that waits and is asked to stop has failed at once, and never begins', async () => {
  hang()
  jobs().request('reconcile', 'manual:ann')
  await live.settled()
  const { id } = jobs().request('verify', 'manual:ann')
  expect(jobs().stop(id, 'manual:bob')).toBe('failed')
  expect(rowOf(id)).toMatchObject({
    status: 'failed',
    error_message: 'stopped by manual:bob',
    started_at: null,
    completed_at: expect.stringMatching(utcTime),
  })
  live.fake.fail(undefined)
  await live.pass(300)
  expect(rowOf(id).started_at).toBeNull()
})

test('two who would run the same are one who does', async () => {
  const { id } = live.store.jobs.request('probe', 'manual:ann', '2026-11-22T10:00:00Z')
  const row = rowOf(id)
  expect(live.store.jobs.start(id, '2026-11-22T10:00:00Z')).toBe(true)
  expect(await runJob(live.mirror, row)).toBeNull()
})

test('a rebuild leaves the full-text index to the backfill that fills it at the moment, which is owed again', async () => {
  const filled = () => live.db.prepare('SELECT count(*) FROM rfcs_indexed').pluck().get()
  const { id } = live.store.jobs.request('backfill:search-index', 'manual:ann', '2026-11-22T09:00:00Z')
  live.store.jobs.start(id, '2026-11-22T09:00:00Z')
  expect((await run('rebuild')).status).toBe('completed')
  expect(live.store.backfills.byName('search-index')?.status).toBe('pending')
  expect(filled()).toBe(0)
  live.store.jobs.finish(id, 'completed', '2026-11-22T09:01:00Z', null, {})
  await live.pass(5)
  expect(live.store.backfills.byName('search-index')?.status).toBe('completed')
  expect(filled()).toBe(4)
})

test('a verify finds a tampered meaning of a pull among many too, which a backfill derives', async () => {
  live.loseWebhooks()
  for (let at = 0; at <= fewToDerive; at++) {
    live.world.commit('rfcs/alpha', `topic-${at}`, { 'a.md': String(at) })
    live.world.openPull('rfcs/alpha', `topic-${at}`, { by: 'alice', title: 'A', body: '' })
  }
  expect((await run('reconcile')).status).toBe('completed')
  live.db.exec(`UPDATE cached_prs SET opened_by = 'mallory' WHERE pr_number = 7`)
  expect(JSON.parse((await run('verify')).result).drift).toEqual([
    { table: 'cached_prs', key: 'rfcs/alpha 7', column: 'opened_by', have: 'mallory', want: 'alice' },
  ])
})

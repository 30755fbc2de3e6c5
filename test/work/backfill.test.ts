import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { backfillViews } from '../../src/status/backfills.ts'
import type { BackfillName } from '../../src/store/backfills.ts'
import type { Walk } from '../../src/store/walk.ts'
import { runBackfill } from '../../src/work/backfiller.ts'
import { backfillKinds, backfillsDue } from '../../src/work/backfills.ts'
import { jobKinds } from '../../src/work/job-kinds.ts'
import { runCli } from '../commands/cli.ts'
import { createActions } from '../store/application.ts'
import { earlier } from '../store/earlier.ts'
import { application, mirrored, opened } from '../store/made.ts'
import { until } from '../stories/served.ts'
import { handClock } from '../support/hand-clock.ts'
import { startLiveService } from './live-service.ts'

const insert = `INSERT INTO cached_rfcs (slug, title, body, removed_at, body_sha, updated_at, entry_path, entry_body, entry_sha)
  VALUES (?, 'gears', ?, ?, 's', 't', 'p', 'e', 's')`

/** A file of schema 1 with so many RFCs, opened now: the backfill search-index is owed to it. */
function owed(rows: number, { removed = false, body = 'clock' } = {}) {
  const file = earlier(1)
  const old = application(file)
  const one = old.prepare(insert)
  old.transaction(() => {
    for (let at = 0; at < rows; at++) one.run(`old-${at}`, body, removed ? 'then' : null)
  })()
  old.close()
  return { ...parts(opened(file)), file, app: application(file) }
}

/** A store with a hand-moved clock, and what of its backfills is told. */
function parts(store: ReturnType<typeof opened>) {
  const clock = handClock()
  const inside = { store, effects: clock.effects, log: createLog('silent') }
  const told: [string, number, number][] = []
  const run = (
    name: BackfillName,
    walk: Walk,
    { signal = new AbortController().signal, effects = clock.effects } = {},
  ) => runBackfill({ ...inside, effects }, name, walk, (...one) => void told.push(one), signal)
  return { store, clock, inside, told, run, at: (name: BackfillName) => store.backfills.byName(name) }
}

/** A job that runs. */
function job(store: ReturnType<typeof opened>, kind: string): void {
  const now = '2026-11-22T10:00:00Z'
  store.jobs.start(store.jobs.request(kind, 'manual', now).id, now)
}

/** Rows 1 to `count` in memory, each doing what it is told; `filled`: each row as often as it was done. */
function rowsInMemory(count: number, cost: (key: number) => void = () => {}, atOnce = 1) {
  const filled = new Map<number, number>()
  const walk: Walk = {
    atOnce,
    span: () => ({ last: count, total: count }),
    keys: (after, last, most) => Array.from({ length: Math.min(last - after, most) }, (_, at) => after + at + 1),
    fill: (after, upTo) => {
      for (let key = after + 1; key <= upTo; key++) {
        cost(key)
        filled.set(key, (filled.get(key) ?? 0) + 1)
      }
    },
  }
  return { walk, filled }
}

const indexed = (app: ReturnType<typeof application>) =>
  app.prepare(`SELECT count(*) FROM rfcs_search WHERE rfcs_search MATCH 'gears'`).pluck().get()
const merging = (app: ReturnType<typeof application>) =>
  Object.fromEntries(
    app
      .prepare<[], [string, number]>(
        `SELECT k, v FROM rfcs_search_config WHERE k IN ('automerge', 'crisismerge', 'pgsz')`,
      )
      .raw()
      .all(),
  )
const check = (app: ReturnType<typeof application>) =>
  app.exec(`INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('integrity-check', 1)`)

describe('a backfill ends', () => {
  test('over rows that never come to be what it makes of the others', async () => {
    const { run, store, app, at } = owed(500, { removed: true })
    expect(await run('search-index', store.walks['search-index'])).toMatchObject({
      status: 'completed',
      result: { rows: 500 },
    })
    expect(at('search-index')).toMatchObject({ status: 'completed', done: 500, total: 500 })
    expect(indexed(app)).toBe(0)
  })

  test('though rows come while it runs, and these are right too', async () => {
    const { run, store, app, clock, at } = owed(300)
    let more = 0
    const effects = {
      ...clock.effects,
      sleep: async (ms: number, signal?: AbortSignal) => {
        for (let times = 0; times < 200; times++) app.prepare(insert).run(`new-${more++}`, 'clock', null)
        await clock.effects.sleep(ms, signal)
      },
    }
    await run('search-index', store.walks['search-index'], { effects })
    expect(more).toBeGreaterThan(200)
    expect(at('search-index')).toMatchObject({ status: 'completed', done: 300, total: 300 })
    expect(indexed(app)).toBe(300 + more)
    check(app)
  })

  test('once, though it is asked for while it runs: who comes second waits for the first, and has nothing left to do', async () => {
    const { run, store, at } = owed(500)
    job(store, 'rebuild')
    const runs = [run('search-index', store.walks['search-index']), run('search-index', store.walks['search-index'])]
    expect((await Promise.all(runs)).map(({ result }) => result)).toEqual([{ rows: 500 }, { rows: 0 }])
    expect(at('search-index')).toMatchObject({ status: 'completed', done: 500, total: 500 })
  })

  test('though the one that was at it has not moved for a minute', async () => {
    const { run, store, clock, at } = owed(500)
    job(store, 'rebuild')
    store.transaction(() => store.backfills.begin('search-index', { last: 500, total: 500 }, '2026-11-22T10:00:00Z'))
    const before = clock.now()
    await run('search-index', store.walks['search-index'])
    expect(clock.now() - before).toBeGreaterThan(59_000)
    expect(at('search-index')).toMatchObject({ status: 'completed', done: 500, total: 500 })
  })

  test('at once where there is nothing to do: a new file owes nothing', async () => {
    const { store, app } = mirrored()
    expect(store.backfills.all().map(({ name, status }) => [name, status])).toEqual([
      ['search-index', 'completed'],
      ['derive-pulls', 'completed'],
      ['entry-dates', 'completed'],
    ])
    app.prepare(insert).run('a', 'clock', null)
    expect(indexed(app)).toBe(1)
    store[Symbol.dispose]()
  })
})

describe('no chunk is over its budget', () => {
  test.each([
    ['cheap rows', () => 0.01],
    ['dear rows', () => 4],
    ['rows that are dear after cheap ones', (key: number) => (key < 2000 ? 0.01 : 5)],
    ['rows of any price', (key: number) => (key * 7919) % 6],
  ])('with %s', async (_, price) => {
    const { store, inside, clock } = parts(mirrored().store)
    let time = clock.now()
    const sleep = async (ms: number) => {
      time += ms
    }
    const effects = { ...clock.effects, now: () => time, sleep }
    const { walk, filled } = rowsInMemory(4000, (key) => {
      time += price(key)
    })
    const chunks: number[] = []
    let began = 0
    const fill: Walk['fill'] = (after, upTo) => {
      began ||= time
      walk.fill(after, upTo)
    }
    const progress = () => {
      if (began) chunks.push(time - began)
      began = 0
    }
    await runBackfill({ ...inside, effects }, 'derive-pulls', { ...walk, fill }, progress, new AbortController().signal)
    expect(filled.size).toBe(4000)
    expect(Math.max(...chunks)).toBeLessThanOrEqual(20)
    expect(store.backfills.byName('derive-pulls')).toMatchObject({ status: 'completed', done: 4000 })
  })

  test('and each is followed by a pause, for whoever else writes', async () => {
    const { run, clock } = parts(mirrored().store)
    const pauses: number[] = []
    const { walk } = rowsInMemory(1000)
    const sleep = async (ms: number) => void pauses.push(ms)
    await run('derive-pulls', walk, { effects: { ...clock.effects, sleep } })
    expect(pauses.length).toBeGreaterThan(3)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(5)
  })
})

describe('what rows leave in pieces', () => {
  /** So many rows in memory; each chunk leaves a piece, each step of merging does one away. What was done, chunk by chunk. */
  function inPieces(count: number) {
    const { store, inside, clock } = parts(mirrored().store)
    const chunks: string[] = []
    let [pieces, now] = ['', clock.now()]
    const rows = rowsInMemory(count, () => {
      now += 3
      pieces += 'r'
    })
    const left = { pieces: 0 }
    const step = () => {
      now += 2
      pieces += 'm'
      return left.pieces-- > 1
    }
    const merging = { byHand: () => {}, step, byItself: () => {} }
    const transaction = (write: () => void) => {
      pieces = ''
      store.transaction(write)
      if (pieces) chunks.push(pieces)
      if (pieces.includes('r')) left.pieces++
      left.pieces = Math.max(left.pieces, 0)
    }
    const run = (signal = new AbortController().signal) => {
      const effects = { ...clock.effects, now: () => now, sleep: async () => void chunks.push('pause') }
      const watched = { ...inside, store: { ...store, transaction }, effects }
      return runBackfill(watched, 'search-index', { ...rows.walk, merging }, () => {}, signal)
    }
    return { run, chunks, left, at: () => store.backfills.byName('search-index') }
  }

  test('is merged in short chunks of their own, each followed by a pause, and wholly at the end', async () => {
    const { run, chunks, left } = inPieces(1000)
    await run()
    const holds = chunks.filter((one) => one !== 'pause')
    expect(holds.filter((one) => one.includes('m') && one.includes('r'))).toEqual([])
    expect(holds.filter((one) => one.includes('mm')).length).toBeGreaterThan(10)
    expect(Math.max(...holds.map((one) => one.length))).toBe(2)
    expect(chunks.filter((one, nth) => one !== 'pause' && chunks[nth + 1] !== 'pause')).toEqual([])
    expect(left.pieces).toBe(0)
  })

  test('and was not merged when it was stopped is merged first the next time', async () => {
    const { run, chunks, left, at } = inPieces(1000)
    const stop = new AbortController()
    const push = chunks.push.bind(chunks)
    chunks.push = (one) => {
      if (one.includes('r') && chunks.length > 300) stop.abort()
      return push(one)
    }
    await expect(run(stop.signal)).rejects.toThrow('aborted')
    expect(left.pieces).toBeGreaterThan(0)
    expect(at()).toMatchObject({ status: 'running', error_message: null })
    const before = chunks.length
    await run()
    expect(chunks.slice(before).find((one) => one !== 'pause')).toMatch(/^m+$/)
    expect(at()).toMatchObject({ status: 'completed', done: 1000 })
  })
})

describe('over the full-text index a backfill', () => {
  const segments = (app: ReturnType<typeof application>) =>
    app.prepare<[], number>('SELECT count(DISTINCT segid) FROM rfcs_search_idx').pluck().get() ?? 0
  /** Another text for each row, so that the index grows, and chunks of two rows each. */
  function slow(rows: number) {
    const { file, app, store, clock, inside, at } = owed(rows)
    app.exec(`UPDATE cached_rfcs SET body = (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400)
      SELECT group_concat(hex(i * 7919 + cached_rfcs.rowid * 104729), ' ') FROM n)`)
    app.exec(`INSERT INTO rfcs_search (rfcs_search) VALUES ('delete-all'); DELETE FROM rfcs_indexed`)
    store.emptyLog()
    let now = clock.now()
    const effects = { ...clock.effects, now: () => now++ }
    const run = (sleep = async () => {}) =>
      runBackfill(
        { ...inside, effects: { ...effects, sleep } },
        'search-index',
        store.walks['search-index'],
        () => {},
        new AbortController().signal,
      )
    return { file, app, store, at, run }
  }

  test('keeps its pieces few, and leaves it whole', async () => {
    const { app, run } = slow(1500)
    const seen: number[] = []
    await run(async () => void seen.push(segments(app)))
    expect(seen.length).toBeGreaterThan(300)
    expect(Math.max(...seen)).toBeLessThan(64)
    expect(seen.at(-1)).toBeLessThan(32)
    expect(indexed(app)).toBe(1500)
    check(app)
  })

  test('keeps the write-ahead log short', async () => {
    const { file, run } = slow(1500)
    const sizes: number[] = []
    await run(async () => void sizes.push(statSync(`${file}-wal`).size / 4120))
    expect(Math.max(...sizes)).toBeGreaterThan(1000)
    expect(Math.max(...sizes)).toBeLessThan(1500)
  })

  test.each(['completed', 'failed'])('that is %s leaves the log and the merging to SQLite again', async (end) => {
    const { app, store, run, at } = slow(30)
    if (end === 'failed')
      app.exec('DROP TABLE rfcs_indexed; CREATE TABLE rfcs_indexed (id INTEGER PRIMARY KEY, slug INT, CHECK (id < 0))')
    let during: unknown
    await run(async () => {
      during = merging(app)
    }).catch(() => {})
    if (end === 'completed') expect(during).toEqual({ automerge: 0, crisismerge: 1000, pgsz: 2000 })
    expect(merging(app)).toEqual({ automerge: 4, crisismerge: 16, pgsz: 500 })
    expect(at('search-index')?.status).toBe(end)
    store.transaction(() => store.settings.set('warnings', 'x'.repeat(1100 * 4096)))
    const [state] = app.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[]
    expect(state?.checkpointed).toBe(state?.log)
  })
})

describe('a backfill that does not come to its end', () => {
  test('because it is stopped goes on from its cursor, and does no row twice', async () => {
    const { run, clock, at, told } = parts(mirrored().store)
    const { walk, filled } = rowsInMemory(1000)
    const stop = new AbortController()
    const sleep = async (ms: number, signal?: AbortSignal) => {
      if (filled.size > 100) stop.abort()
      await clock.effects.sleep(ms, signal)
    }
    const stopped = run('derive-pulls', walk, { effects: { ...clock.effects, sleep }, signal: stop.signal })
    await expect(stopped).rejects.toThrow('aborted')
    const left = at('derive-pulls')
    expect(left).toMatchObject({ done: filled.size, after_key: filled.size, error_message: null })
    await run('derive-pulls', walk)
    expect([...filled.values()].filter((times) => times !== 1)).toEqual([])
    expect(at('derive-pulls')).toMatchObject({ status: 'completed', done: 1000, total: 1000 })
    expect(told.at(-1)).toEqual(['rows', 1000 - (left?.done ?? 0), 1000 - (left?.done ?? 0)])
  })

  test('because of an error keeps it, says how to try again, and is not asked for again by itself', async () => {
    const { run, inside, store, at, clock } = parts(mirrored().store)
    const mends = { now: false, failures: 0 }
    const { walk, filled } = rowsInMemory(1000, (key) => {
      if (key === 400 && !mends.now) mends.failures++
      if (key === 400 && !mends.now) throw new Error('no such column: tags')
    })
    await expect(run('derive-pulls', walk)).rejects.toThrow('no such column')
    expect(at('derive-pulls')).toMatchObject({ status: 'failed', error_message: 'no such column: tags' })
    expect(mends.failures).toBe(1)
    const cursor = at('derive-pulls')?.after_key ?? 0
    expect(cursor).toBeGreaterThan(100)
    expect(cursor).toBeLessThan(400)
    expect(backfillViews(store.picture, clock.now())[1]).toMatchObject({
      error_message: 'no such column: tags',
      retry: 'rfcached backfill derive-pulls',
    })
    backfillsDue(inside)()
    expect(store.jobs.nextPending('backfills')).toBeNull()
    mends.now = true
    const before = new Map(filled)
    await run('derive-pulls', walk)
    expect(at('derive-pulls')).toMatchObject({ status: 'completed', error_message: null, done: 1000 })
    const safe = [...before.keys()].filter((key) => key <= cursor)
    expect(safe.every((key) => filled.get(key) === before.get(key))).toBe(true)
  })

  test('because the file is locked for a while tries the chunk again', async () => {
    const { run, store, app, clock, at } = owed(100)
    store.waitAtMost(1)
    let pauses = 0
    const sleep = async (ms: number, signal?: AbortSignal) => {
      if (pauses++ === 0) app.exec('BEGIN IMMEDIATE')
      if (pauses === 5) app.exec('ROLLBACK')
      await clock.effects.sleep(ms, signal)
    }
    await run('search-index', store.walks['search-index'], { effects: { ...clock.effects, sleep } })
    expect(pauses).toBeGreaterThan(5)
    expect(at('search-index')).toMatchObject({ status: 'completed', done: 100 })
  })

  test('because its process is killed goes on with the next one’s start', async () => {
    const { file, app, store } = owed(6000, { body: 'clock spring lever '.repeat(100) })
    store[Symbol.dispose]()
    const { config, environment } = configured(file)
    const { child, closed } = start(['backfill', 'search-index', '--config', config], environment)
    const done = () =>
      app.prepare<[], number>(`SELECT done FROM backfills WHERE name = 'search-index'`).pluck().get() ?? 0
    await until('its first chunks', () => done() > 100)
    child.kill('SIGKILL')
    await closed
    const left = done()
    expect(left).toBeLessThan(6000)
    expect(merging(app)).toMatchObject({ automerge: 0 })
    expect(app.pragma('integrity_check', { simple: true })).toBe('ok')
    check(app)
    const { code, out } = await runCli(['backfill', 'search-index', '--json', '--config', config], environment)
    expect(code, out).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      name: 'search-index',
      status: 'completed',
      done: 6000,
      total: 6000,
      error: null,
    })
    expect(app.prepare('SELECT kind, status, error_message, total FROM jobs ORDER BY id').all()).toMatchObject([
      { kind: 'backfill:search-index', status: 'failed', error_message: 'interrupted', total: 6000 },
      { kind: 'backfill:search-index', status: 'completed', error_message: null, total: expect.any(Number) },
    ])
    const again = app.prepare<[], number>('SELECT total FROM jobs ORDER BY id DESC LIMIT 1').pluck().get() ?? 0
    expect(again).toBeLessThanOrEqual(6000 - left)
    expect(indexed(app)).toBe(6000)
    expect(merging(app)).toMatchObject({ automerge: 4 })
    check(app)
  })
})

describe('asking for backfills by itself', () => {
  test('waits for the rows of the first sweep, and asks once for what is unfinished', () => {
    const { inside, store } = owed(5)
    const now = '2026-11-22T10:00:00Z'
    const due = backfillsDue(inside)
    const { id } = store.jobs.request('reconcile', 'startup', now)
    store.jobs.start(id, now)
    store.jobs.progress(id, 'entries', 1, 5, now)
    due()
    expect(store.jobs.nextPending('backfills')).toBeNull()
    store.jobs.progress(id, 'dates', 0, 1, now)
    due()
    expect(store.jobs.nextPending('backfills')).toMatchObject({
      kind: 'backfill:search-index',
      triggered_by: 'startup',
    })
    const asked = store.jobs.nextPending('backfills')?.id ?? 0
    store.jobs.stop(asked, 'alice', now)
    due()
    expect(store.jobs.nextPending('backfills')).toBeNull()
    expect(store.jobs.nextPending('others')).toBeNull()
  })

  test('asks again for what comes to be owed later, but not for what somebody stopped', () => {
    const { inside, store, app } = owed(5)
    const now = '2026-11-22T10:00:00Z'
    const due = backfillsDue(inside)
    due()
    const first = store.jobs.nextPending('backfills')?.id ?? 0
    store.jobs.start(first, now)
    store.transaction(() => store.backfills.begin('search-index', { last: 5, total: 5 }, now))
    store.transaction(() => store.backfills.complete('search-index', now))
    store.jobs.finish(first, 'completed', now, null, {})
    due()
    expect(store.jobs.nextPending('backfills')).toBeNull()
    store.distrust()
    due()
    due()
    const again = store.jobs.list({ status: 'pending', limit: 9 })
    expect(again).toMatchObject([{ kind: 'backfill:search-index', triggered_by: 'scheduled' }])
    store.jobs.stop(again[0]?.id ?? 0, 'alice', now)
    due()
    expect(store.jobs.nextPending('backfills')).toBeNull()
    expect(app.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2)
  })

  test('asks for the dates when they are due and nothing else is', () => {
    const { inside, store, clock } = parts(mirrored().store)
    const due = backfillsDue(inside)
    store.targets.ask({ target: 'entry-dates', at: clock.now() })
    store.targets.ask({ target: 'meta-pulls', at: clock.now() })
    due()
    expect(store.jobs.nextPending('backfills')).toBeNull()
    store.targets.drop('meta-pulls')
    due()
    expect(store.jobs.nextPending('backfills')).toMatchObject({
      kind: 'backfill:entry-dates',
      triggered_by: 'scheduled',
    })
  })
})

test('derive-pulls brings what an import without triggers said', async () => {
  const { store, app, write } = mirrored()
  createActions(app)
  store.transaction(() => {})
  write(...Array.from({ length: 250 }, (_, at) => ({ pr_number: at + 1 })))
  app.exec(`CREATE TABLE import AS SELECT 'propose_rfc' AS action_kind, 'a' AS rfc_slug, pr_number, 'alice' AS on_behalf_of FROM cached_prs;
    DROP TRIGGER rfcached_actions_insert;
    INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of) SELECT * FROM import; DROP TABLE import`)
  const opened = () => app.prepare(`SELECT count(*) FROM cached_prs WHERE opened_by = 'alice'`).pluck().get()
  expect(opened()).toBe(0)
  const before = store.changes.latest()
  const { run, at } = parts(store)
  await run('derive-pulls', store.walks['derive-pulls'])
  expect(opened()).toBe(250)
  expect(store.changes.latest()).toBe(before + 250)
  expect(at('derive-pulls')).toMatchObject({ done: 250, total: 250 })
})

describe('of many pulls', () => {
  /** A service that knows more pulls than are derived at once, and the application's first look at its file. */
  const withMany = async () => {
    const live = await startLiveService()
    live.db.exec(`WITH numbers (at) AS (SELECT 1000 UNION ALL SELECT at + 1 FROM numbers WHERE at < 2500)
      INSERT INTO cached_prs (rfc_slug, pr_kind, repo, pr_number, title, description, state, upstream_state, opened_by, opener_login,
        opener_is_bot, opened_by_source, head_branch, base_branch, from_fork)
      SELECT 'alpha', 'rfc_branch', 'rfcs/alpha', at, 't', '', 'deleted', 'deleted', 'rfc-bot', 'rfc-bot', 1, 'bot', 'b', 'main', 0 FROM numbers`)
    createActions(live.db)
    live.db.exec(`INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of)
      SELECT 'open_branch_pr', rfc_slug, pr_number, 'alice' FROM cached_prs WHERE pr_number >= 1000`)
    const count = (who: string) => live.all('SELECT count(*) AS n FROM cached_prs WHERE opened_by = ?', who)[0]?.n
    return { live, count }
  }
  const runs = `SELECT triggered_by, status FROM jobs WHERE kind = 'backfill:derive-pulls'`

  test('a service derives all again beside its work when the application makes its table of actions', async () => {
    const { live, count } = await withMany()
    await using _ = live
    await live.pass(20)
    expect(count('alice')).toBe(1501)
    expect(live.all(runs)).toEqual([{ triggered_by: 'scheduled', status: 'completed' }])
  })

  test('a whole sweep has all derived again beside it, what no trigger told too, once', async () => {
    const { live, count } = await withMany()
    await using _ = live
    await live.pass(20)
    live.db.exec(`INSERT OR REPLACE INTO actions (id, action_kind, rfc_slug, pr_number, on_behalf_of)
      SELECT id, action_kind, 'gone', pr_number, on_behalf_of FROM actions`)
    expect(count('alice')).toBe(1501)
    expect((await live.run('reconcile')).status).toBe('completed')
    await live.pass(20)
    expect(count('alice')).toBe(0)
    const [, derived] = live.status().backfills
    expect(derived).toMatchObject({ name: 'derive-pulls', status: 'completed', done: derived?.total })
    expect(live.all(runs)).toHaveLength(2)
  })
})

test('every backfill is registered: a name in the file, a kind of run, and what it does', () => {
  const { store } = mirrored()
  const names = store.backfills.all().map(({ name }) => name)
  expect(Object.keys(backfillKinds)).toEqual(names.map((name) => `backfill:${name}`))
  for (const [kind, { about }] of Object.entries(backfillKinds)) {
    expect(about).toMatch(/^[a-z].{10,}/)
    expect(Object.keys(jobKinds)).toContain(kind)
  }
})

/** A configuration for a file whose Gitea nobody needs. */
function configured(database: string) {
  const config = join(dirname(database), 'config.json')
  const gitea = { url: 'http://127.0.0.1:9/', org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' }
  writeFileSync(config, JSON.stringify({ gitea, database }))
  return { config, environment: { PATH: process.env.PATH ?? '', RFCACHED_GITEA_TOKEN: 'unused' } }
}

function start(args: string[], env: Record<string, string>): { child: ChildProcess; closed: Promise<unknown> } {
  const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'ignore' })
  return { child, closed: once(child, 'close') }
}

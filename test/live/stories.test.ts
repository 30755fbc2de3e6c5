import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Reconciled } from '../../src/work/reconcile.ts'
import { type Copy, openCopy } from '../support/copy.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chanceOf } from './changes/scene.ts'
import { makeChanges } from './changes.ts'
import { type CloneViews, cloneViews } from './oracle/clone-view.ts'
import { compare } from './oracle/compare.ts'
import type { Memory } from './oracle/entries.ts'
import { apiViews } from './oracle/git-view.ts'
import type { Action } from './oracle/pulls.ts'
import { type Expected, expectedRows, type Truth } from './oracle.ts'
import { makeOrganisation, type Organisation } from './organisation.ts'
import { pushWithGit } from './push-with-git.ts'
import { seedOrganisation } from './seed.ts'
import { type Running, servers, skipped } from './servers.ts'

const changes = Number(process.env.RFCACHED_LIVE_CHANGES ?? 40)
const seed = Number(process.env.RFCACHED_LIVE_SEED ?? Date.now() % 100_000)
const timeout = 3_600_000

test.skipIf(skipped !== null)(`a real server${skipped ? ` (${skipped})` : ' is among them'}`, () => {
  expect(servers.some(({ name }) => name.startsWith('the server at'))).toBe(true)
})

describe.each(servers)('on $name', ({ name, start }) => {
  let running: Running
  let made: Organisation
  let truth: Truth
  let copy: Copy
  let clones: CloneViews | null = null
  const actions: Action[] = []
  const memory: Memory = new Map()

  beforeAll(async () => {
    running = await start()
    made = await makeOrganisation(running.site, `live-${Date.now().toString(36)}`)
    await seedOrganisation(made)
    truth = { site: made.site, view: apiViews(made.site), org: made.org, bot: made.people.bot.login, actions, memory }
    if (running.isReal) clones = cloneViews(made.site)
    copy = newCopy()
  }, timeout)
  afterAll(async () => {
    clones?.[Symbol.dispose]()
    copy?.[Symbol.dispose]()
    await made?.[Symbol.asyncDispose]()
    await running?.[Symbol.asyncDispose]()
  }, timeout)

  /** A copy beside the application's `actions`, which are in it from the start. */
  function newCopy(): Copy {
    const { site, org, people, token } = made
    const opened = openCopy({
      url: site.url,
      org,
      token,
      bot: people.bot.login,
      door: site.door,
      effects: running.effects,
    })
    opened.write(`CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT NOT NULL, rfc_slug TEXT, pr_number INTEGER,
      on_behalf_of TEXT, repo TEXT, created_at TEXT)`)
    for (const action of actions) noteIn(opened, action)
    return opened
  }

  /** Sweeps while the server rests: what must be there is the same before and after. On a real server git has its say, too. */
  async function agreed(held: Copy, known: Memory, sweep: () => Promise<Reconciled>) {
    for (let tries = 1; ; tries++) {
      await made.site.settle()
      const before = await expectedRows({ ...truth, memory: known })
      held.asked()
      const outcome = await sweep()
      const asked = held.asked()
      const after = await expectedRows({ ...truth, memory: known })
      const inClones = clones && (await expectedRows({ ...truth, view: clones.view, memory: known }))
      if (!same(before, after) && tries < 4) continue
      for (const { path, good } of after.entries) good ? known.set(path, good) : known.delete(path)
      const { rows, differences } = compare(held, after)
      return {
        outcome,
        asked,
        rows,
        differences: [...differences, ...(inClones ? compare(held, inClones).differences : [])],
      }
    }
  }

  test('a cold reconcile holds every row of it, and a second one reads only what can have moved', {
    timeout,
  }, async () => {
    const cold = await agreed(copy, memory, () => copy.reconcile())
    expect(cold.differences).toEqual([])
    const { repos, pulls } = sizes(copy)
    const pages = repos / 50 + pulls / 50
    expect(cold.outcome.requests).toBeLessThanOrEqual(4 * repos + pages + 15)
    const second = await agreed(copy, memory, () => copy.reconcile())
    expect(second.differences).toEqual([])
    expect(second.outcome.requests + second.outcome.dates.requests).toBeLessThanOrEqual(2 * repos + pages + 10)
    expect(second.asked.filter((path) => /blobs|commits|contents|archive|raw|trees/.test(path))).toEqual([])
    expect(movedIn(second.outcome)).toBe(0)
    tell(
      name,
      `cold: ${cold.rows} rows; ${cold.outcome.requests} requests of ${Math.floor(4 * repos + pages + 15)}, ${cold.outcome.dates.requests} more for dates; second: ${second.outcome.requests} of ${Math.floor(2 * repos + pages + 10)}`,
    )
  })

  test(`${changes} random changes (seed ${seed}) later a sweep holds every row, a rebuild and a copy made afresh too`, {
    timeout,
  }, async () => {
    const chance = chanceOf(seededRandom(seed))
    const note = (action: Action) => {
      actions.push(action)
      noteIn(copy, action)
    }
    const names = await makeChanges({ made, chance, note }, changes, running.pause)
    const third = await agreed(copy, memory, () => copy.reconcile())
    expect(third.differences, names.join(', ')).toEqual([])
    const rebuilt = await agreed(copy, memory, () => copy.reconcile({ rebuild: true }))
    expect(rebuilt.differences).toEqual([])
    expect(movedIn(rebuilt.outcome)).toBe(0)
    using fresh = newCopy()
    const anew = await agreed(fresh, new Map(), () => fresh.reconcile())
    expect(anew.differences).toEqual([])
    tell(name, `${names.length} changes of ${new Set(names).size} kinds: ${third.rows} rows; afresh ${anew.rows} rows`)
  })

  test('what is pushed with git is in the copy: by force, in bulk, and things that are no text', { timeout }, async ({
    skip,
  }) => {
    if (!running.isReal) skip('the fake takes no pushes')
    await pushWithGit(made)
    const pushed = await agreed(copy, memory, () => copy.reconcile())
    expect(pushed.differences).toEqual([])
    tell(name, `pushed with git: ${pushed.rows} rows`)
  })
})

function noteIn(copy: Copy, { kind, slug, number, who, repo, at }: Action): void {
  const values = [kind, slug, number, who, repo, new Date(at).toISOString()].map((value) => `'${value}'`)
  copy.write(
    `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at) VALUES (${values})`,
  )
}

/** Repositories that are followed, and all pulls of theirs and of meta. */
function sizes(copy: Copy): { repos: number; pulls: number } {
  const count = (sql: string) => Number(copy.all(`SELECT count(*) AS n FROM ${sql}`)[0]?.n)
  return {
    repos: count('repos WHERE rfc_slug IS NOT NULL'),
    pulls: count("cached_prs WHERE upstream_state <> 'deleted'"),
  }
}

function movedIn({ rows }: Reconciled): number {
  return Object.values(rows).reduce((sum, counts) => sum + counts.new + counts.changed + counts.gone, 0)
}

function same(one: Expected, other: Expected): boolean {
  const text = ({ rfcs, branches, pulls }: Expected) => JSON.stringify([[...rfcs], [...branches], [...pulls]])
  return text(one) === text(other)
}

function tell(name: string, line: string): void {
  process.stdout.write(`${name}: ${line}\n`)
}

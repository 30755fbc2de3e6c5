import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ask } from '../../src/refresh/mirror.ts'
import { type LiveService, startLiveService } from './live-service.ts'

let live: LiveService
beforeEach(async () => {
  live = await startLiveService()
  live.loseWebhooks()
})
afterEach(() => live?.[Symbol.asyncDispose]())

/** So long that no listing of what moved since the last one of all looks back so far. */
const longAfter = async () => {
  await live.pass(400)
  await live.run('reconcile')
  await live.pass(15)
}

describe('a default branch that gets another name, unheard,', () => {
  test.each([
    ['rfcs/meta', 'propose/eta'],
    ['rfcs/alpha', 'topic'],
  ])('shows it as the base of old pulls of %s', async (repo, branch) => {
    live.world.commit(repo, branch, { 'note.md': 'x' })
    const number = live.world.openPull(repo, branch, { by: 'alice' })
    await longAfter()
    live.world.renameBranch(repo, 'main', 'trunk')
    await live.run('probe')
    await live.pass(15)
    expect(live.pull(repo, number)).toMatchObject({ state: 'open', base_branch: 'trunk' })
  })

  test('between the refs of the meta repository and the listing of its pulls hides none of them', async () => {
    live.world.commit('rfcs/meta', 'propose/eta', { 'rfcs/eta.md': 'x' })
    const number = live.world.openPull('rfcs/meta', 'propose/eta', { by: 'alice' })
    await longAfter()
    live.db.exec(`CREATE TABLE shown (state TEXT); CREATE TRIGGER shows AFTER UPDATE ON cached_prs
      BEGIN INSERT INTO shown VALUES (new.state); END`)
    let isRenamed = false
    live.fake.fail(({ path }) => {
      if (/\/repos\/rfcs\/meta\/pulls$/.test(path.replace(/\?.*/, '')) && !isRenamed) {
        isRenamed = true
        live.world.renameBranch('rfcs/meta', 'main', 'trunk')
      }
      return undefined
    })
    live.store.transaction(() => ask(live.mirror, { kind: 'meta-pulls' }, true))
    await live.pass(15)
    expect(live.pull('rfcs/meta', number)).toMatchObject({ state: 'open', base_branch: 'trunk' })
    expect(live.all('SELECT DISTINCT state FROM shown')).toEqual([{ state: 'open' }])
  })

  test.each(['rfcs/meta', 'rfcs/alpha'])('of %s is asked for once, and then known', async (repo) => {
    await longAfter()
    const { id } = live.world.repo(repo)
    live.world.renameBranch(repo, 'main', 'trunk')
    const target = repo === 'rfcs/meta' ? ({ kind: 'meta-branches' } as const) : ({ kind: 'refs', repoId: id } as const)
    live.asked()
    live.store.transaction(() => ask(live.mirror, target))
    await live.pass(60)
    expect(live.asked().filter((path) => path.endsWith(`/repositories/${id}`))).toHaveLength(1)
  })
})

describe('a pull of the meta repository that was led to a side branch', () => {
  test('costs one request more when that is seen, and none later', async () => {
    live.world.commit('rfcs/meta', 'propose/eta', { 'rfcs/eta.md': 'x' })
    live.world.commit('rfcs/meta', 'side', { 'note.md': 'x' })
    const number = live.world.openPull('rfcs/meta', 'propose/eta', { by: 'alice' })
    await longAfter()
    const { id } = live.world.repo('rfcs/meta')
    const look = async () => {
      live.asked()
      live.store.transaction(() => ask(live.mirror, { kind: 'meta-pull', number }))
      await live.pass(15)
      return live.asked().filter((path) => path.endsWith(`/repositories/${id}`)).length
    }
    live.world.retarget('rfcs/meta', number, 'side', { by: 'alice' })
    expect(await look()).toBe(1)
    expect(live.pull('rfcs/meta', number)).toMatchObject({ state: 'deleted' })
    expect(await look()).toBe(0)
  })
})

describe('whom an action with a repository speaks of is looked at again with a probe when that repository', () => {
  beforeEach(() => {
    live.db.exec(
      'CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT, repo TEXT)',
    )
  })

  /** A pull of alpha that the bot opened, and an action for it that names a repository. */
  const opened = async (named: string) => {
    live.world.commit('rfcs/alpha', 'topic', { 'note.md': 'x' })
    const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'rfc-bot' })
    await longAfter()
    live.db
      .prepare('INSERT INTO actions VALUES (1, ?, ?, ?, ?, ?)')
      .run('open_branch_pr', 'alpha', number, 'mara', named)
    return () => live.pull('rfcs/alpha', number)?.opened_by
  }

  test('gets a name that nobody had', async () => {
    const opener = await opened('rfcs/omega')
    expect(opener()).toBe('mara')
    live.world.renameRepo('rfcs/beta', 'omega')
    await live.run('probe')
    await live.pass(15)
    expect(opener()).toBe('rfc-bot')
  })

  test('is gone', async () => {
    const opener = await opened('rfcs/beta')
    expect(opener()).toBe('rfc-bot')
    live.world.deleteRepo('rfcs/beta')
    await live.run('probe')
    await live.pass(15)
    expect(opener()).toBe('mara')
  })
})

test('fault 25: a push to a repository shows that a closed pull of it is deleted, of which nothing else tells', async () => {
  live.world.commit('rfcs/alpha', 'topic', { 'note.md': 'x' })
  const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
  live.world.close('rfcs/alpha', number)
  await longAfter()
  live.world.deletePull('rfcs/alpha', number)
  live.world.commit('rfcs/alpha', 'main', { 'note.md': 'x' })
  await live.run('probe')
  await live.pass(15)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'deleted' })
})

test('a branch under another name, heard of, shows it as the base of all old pulls onto it, also where they are many', async () => {
  live.world.commit('rfcs/alpha', 'base', { 'note.md': 'x' })
  const numbers = Array.from({ length: 7 }, (_, at) => {
    live.world.commit('rfcs/alpha', `topic-${at}`, { 'note.md': `${at}` })
    return live.world.openPull('rfcs/alpha', `topic-${at}`, { by: 'alice', base: 'base' })
  })
  await longAfter()
  live.hearWebhooks()
  live.world.renameBranch('rfcs/alpha', 'base', 'ground')
  await live.pass(15)
  expect(new Set(numbers.map((number) => live.pull('rfcs/alpha', number)?.base_branch))).toEqual(new Set(['ground']))
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dialects } from '../demo/fake.ts'
import { type LiveService, startLiveService } from './live-service.ts'

let live: LiveService
beforeEach(async () => {
  live = await startLiveService()
})
afterEach(() => live?.[Symbol.asyncDispose]())

const push = (repo: string, branch = 'topic') => live.world.commit(repo, branch, { 'note.md': `${live.now()}\n` })
const someTime = () => live.pass(150)

describe.each(dialects)('on %s', (dialect) => {
  beforeEach(async () => {
    await live[Symbol.asyncDispose]()
    live = await startLiveService({ dialect })
  })

  test('a probe that finds nothing moved costs three requests, and asks for nothing', async () => {
    await live.run('probe')
    await someTime()
    live.asked()
    expect((await live.run('probe')).result).toMatchObject({ requests: 3, asked: [], missed_webhooks: 0 })
    expect(live.asked()).toHaveLength(3)
  })

  test('nor after webhooks told of everything that moved', async () => {
    await live.run('probe')
    await someTime()
    push('rfcs/alpha')
    const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    live.world.commit('rfcs/meta', 'edit-delta-0a1b2c', { 'rfcs/delta.md': 'x' })
    await live.pass(30)
    live.world.close('rfcs/alpha', number)
    await live.pass(30)
    live.asked()
    expect((await live.run('probe')).result).toMatchObject({ requests: 3, asked: [], missed_webhooks: 0 })
    expect(live.missed()).toBe(0)
  })
})

describe('fault 27: a pull that moved, unheard, and that Gitea cannot show', () => {
  const hide = (path: RegExp) => live.fake.fail((request) => (path.test(request.path) ? { kind: 'nulls' } : undefined))
  const retitled = async () => {
    // More than few, so that their listing since the watermark is read.
    const numbers = Array.from({ length: 6 }, (_, at) => {
      push('rfcs/alpha', `branch-${at}`)
      return live.world.openPull('rfcs/alpha', `branch-${at}`, { by: 'alice' })
    })
    await live.pass(60)
    await live.run('probe')
    await someTime()
    live.loseWebhooks()
    for (const number of numbers) live.world.retitle('rfcs/alpha', number, 'Retitled', { by: 'alice' })
    await live.pass(30)
    return () => live.all(`SELECT pr_number FROM cached_prs WHERE title = 'Retitled'`).length
  }

  test('in the listing of its repository, is read when it can be, and the others at once', async () => {
    const shown = await retitled()
    hide(/\/alpha\/pulls\?/)
    await live.run('probe')
    await live.pass(5)
    expect(shown()).toBe(5)
    expect(live.store.targets.failing()).toMatchObject([{ last_error: expect.stringContaining('null') }])
    await live.pass(120)
    live.fake.fail(undefined)
    await live.pass(200)
    expect(shown()).toBe(6)
    expect(live.store.targets.failing()).toEqual([])
  })

  test('in the probe’s own listing, makes it fail, and the next one looks from where it looked', async () => {
    const shown = await retitled()
    const since = live.store.settings.get('probe_since')
    hide(/issues\/search/)
    expect(await live.run('probe')).toMatchObject({ status: 'failed', message: expect.stringContaining('null') })
    expect(live.store.settings.get('probe_since')).toBe(since)
    live.fake.fail(undefined)
    await live.pass(300)
    await live.run('probe')
    await live.pass(15)
    expect(shown()).toBe(6)
  })
})

describe('F1: a webhook that was lost', () => {
  type Change = [string, () => unknown, (made: unknown) => unknown]
  const pull = () => {
    push('rfcs/alpha', 'proposal')
    return live.world.openPull('rfcs/alpha', 'proposal', { by: 'alice' })
  }
  const shown = (repo: string, number: unknown) => live.pull(repo, Number(number))
  const changes: Change[] = [
    ['a push', () => push('rfcs/alpha'), (id) => expect(live.head('rfcs/alpha', 'topic')).toBe(id)],
    [
      'an edit branch',
      () => push('rfcs/meta', 'edit-delta-0a1b2c'),
      (id) => expect(live.head('rfcs/meta', 'edit-delta-0a1b2c')).toBe(id),
    ],
    ['a pull', pull, (number) => expect(shown('rfcs/alpha', number)).toMatchObject({ state: 'open' })],
    [
      'a new repository',
      () => {
        live.world.createRepo('rfcs/epsilon')
        live.world.commit('rfcs/epsilon', 'main', { 'RFC.md': '# e' })
        live.world.commit('rfcs/meta', 'main', {
          'rfcs/epsilon.md': '---\nslug: epsilon\ntitle: E\nstate: active\nrepo: rfcs/epsilon\n---\n',
        })
        return live.world.tip('rfcs/epsilon', 'main')
      },
      (id) => expect(live.head('rfcs/epsilon', 'main')).toBe(id),
    ],
  ]

  test.each(changes)('of %s is healed by the next probe, and counted', async (_, change, seen) => {
    await live.run('probe')
    await someTime()
    live.loseWebhooks()
    const made = change()
    await live.pass(30)
    await live.run('probe')
    await live.pass(15)
    seen(made)
    expect(live.missed()).toBeGreaterThan(0)
    const counted = live.missed()
    await someTime()
    await live.run('probe')
    expect(live.missed()).toBe(counted)
  })

  test('of a repository’s end is healed by the next probe', async () => {
    await live.run('probe')
    await someTime()
    live.loseWebhooks()
    live.world.deleteRepo('rfcs/gamma')
    await live.pass(30)
    await live.run('probe')
    await live.pass(15)
    expect(live.head('rfcs/gamma', 'main')).toBeUndefined()
  })

  test('between the first whole sweep and the first probe is healed by that one', async () => {
    live.hearWebhooks()
    const number = pull()
    await live.pass(240)
    await live.run('reconcile')
    live.loseWebhooks()
    live.world.retitle('rfcs/alpha', number, 'Retitled meanwhile', { by: 'alice' })
    await live.pass(240)
    expect(live.store.settings.get('missed_webhooks')).toBeNull()
    await live.run('probe')
    await live.pass(15)
    expect(live.pull('rfcs/alpha', number)).toMatchObject({ title: 'Retitled meanwhile' })
  })

  test('while the daemon was away is healed by the first probe after', async () => {
    const number = pull()
    await live.pass(60)
    await live.run('probe')
    live.loseWebhooks()
    live.set(live.now() + 3 * 86_400_000)
    live.world.retitle('rfcs/alpha', number, 'Retitled at night', { by: 'alice' })
    live.set(live.now() + 3 * 86_400_000)
    await live.run('probe')
    await live.pass(15)
    expect(live.pull('rfcs/alpha', number)).toMatchObject({ title: 'Retitled at night' })
  })

  test('in the second of the refresh before is healed too: equal is not settled at once', async () => {
    await live.run('probe')
    await someTime()
    push('rfcs/alpha')
    await live.settled()
    live.loseWebhooks()
    live.db.exec('UPDATE targets SET due_at = NULL, again_at = NULL')
    const id = push('rfcs/alpha')
    await live.pass(20)
    expect(live.head('rfcs/alpha', 'topic')).not.toBe(id)
    await live.run('probe')
    await live.pass(15)
    expect(live.head('rfcs/alpha', 'topic')).toBe(id)
  })
})

describe.each(dialects)('on %s', (dialect) => {
  beforeEach(async () => {
    await live[Symbol.asyncDispose]()
    live = await startLiveService({ dialect })
  })

  test('an open pull that was deleted unheard is gone with the next probe, which needs nothing more after that', async () => {
    push('rfcs/alpha')
    push('rfcs/meta', 'propose/eta')
    const [own, ours] = [
      live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' }),
      live.world.openPull('rfcs/meta', 'propose/eta', { by: 'alice' }),
    ]
    await live.run('probe')
    await someTime()
    live.loseWebhooks()
    live.world.deletePull('rfcs/alpha', own)
    live.world.deletePull('rfcs/meta', ours)
    await live.run('probe')
    await live.pass(15)
    expect(live.pull('rfcs/alpha', own)).toMatchObject({ state: 'deleted', upstream_state: 'deleted' })
    expect(live.pull('rfcs/meta', ours)).toMatchObject({ state: 'deleted', upstream_state: 'deleted' })
    expect((await live.run('probe')).result).toMatchObject({ requests: 3, asked: [] })
  })

  test('so it is where Gitea counts as many open ones as at the last probe, for another was opened and heard of', async () => {
    push('rfcs/alpha')
    const first = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    await live.run('probe')
    push('rfcs/alpha', 'other')
    const second = live.world.openPull('rfcs/alpha', 'other', { by: 'alice' })
    await someTime()
    expect(live.pull('rfcs/alpha', second)).toMatchObject({ state: 'open' })
    live.loseWebhooks()
    live.world.deletePull('rfcs/alpha', first)
    await live.run('probe')
    await live.pass(15)
    expect(live.pull('rfcs/alpha', first)).toMatchObject({ state: 'deleted' })
    expect((await live.run('probe')).result).toMatchObject({ requests: 3, asked: [] })
  })
})

test('F15: a sweep does not take pulls for gone while another repository has the name for a moment, unheard', async () => {
  const swap = () => {
    live.world.renameRepo('rfcs/alpha', 'aside')
    live.world.renameRepo('rfcs/beta', 'alpha')
    live.world.renameRepo('rfcs/aside', 'beta')
  }
  push('rfcs/alpha')
  const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
  await someTime()
  live.loseWebhooks()
  let isSwapped = false
  live.fake.fail(({ path }) => {
    if (/alpha\/pulls/.test(path) && !isSwapped) swap()
    isSwapped ||= /alpha\/pulls/.test(path)
    return undefined
  })
  await live.run('reconcile')
  swap()
  await live.pass(120)
  await live.run('probe')
  await live.pass(120)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'open' })
})

test.each([1, 6])('a base branch renamed takes its %d pulls, which have no new time, with it', async (many) => {
  push('rfcs/alpha', 'base')
  const numbers = Array.from({ length: many }, (_, at) => {
    push('rfcs/alpha', `topic-${at}`)
    return live.world.openPull('rfcs/alpha', `topic-${at}`, { by: 'alice', base: 'base' })
  })
  live.world.close('rfcs/alpha', numbers[0] ?? 0)
  await someTime()
  live.world.renameBranch('rfcs/alpha', 'base', 'foundation')
  await live.pass(15)
  expect(numbers.map((number) => live.pull('rfcs/alpha', number)?.base_branch)).toEqual(numbers.map(() => 'foundation'))
})

test('fault 26: a repository whose pulls moved is asked for those since it was read, and by a whole sweep for all', async () => {
  const [number = 0] = ['one', 'two'].map((branch) => {
    push('rfcs/alpha', branch)
    return live.world.openPull('rfcs/alpha', branch, { by: 'alice' })
  })
  await someTime()
  live.loseWebhooks()
  live.world.deletePull('rfcs/alpha', number)
  const listings = async (kind: 'probe' | 'reconcile') => {
    live.asked()
    await live.run(kind)
    await live.pass(15)
    return live.asked().filter((path) => /alpha\/pulls\?/.test(path))
  }
  expect(await listings('probe')).toEqual([expect.stringContaining('sort=recentupdate')])
  expect(await listings('reconcile')).toEqual([expect.stringContaining('sort=oldest')])
})

test('a probe that is told of no listing of moved pulls has seen nothing: the change is healed by the next one', async () => {
  await live.run('probe')
  push('rfcs/alpha')
  const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
  await someTime()
  live.loseWebhooks()
  live.world.retitle('rfcs/alpha', number, 'Unheard')
  live.set(live.now() + 3_600_000)
  live.fake.fail(({ path }) => (/issues.search/.test(path) ? { kind: 'status', status: 404 } : undefined))
  expect(await live.run('probe')).toMatchObject({ status: 'failed', message: expect.stringContaining('absent') })
  live.fake.fail(undefined)
  live.set(live.now() + 3_600_000)
  await live.run('probe')
  await live.pass(15)
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ title: 'Unheard' })
})

test('F10: a change that was dated before it could be read is healed by the next probe', async () => {
  await live.run('probe')
  await someTime()
  live.loseWebhooks()
  live.set(Math.ceil(live.now() / 1000) * 1000)
  push('rfcs/alpha')
  const later = live.world.writeCommit('rfcs/alpha', 'topic', { 'late.md': 'late' })
  await live.pass(3.5)
  const { id } = live.world.repo('rfcs/alpha')
  live.store.targets.ask({ target: `refs/${id}`, at: live.now(), priority: 1 })
  live.bell.ring()
  await live.pass(0.1)
  expect(live.head('rfcs/alpha', 'topic')).toBeDefined()
  live.world.setRef('rfcs/alpha', 'refs/heads/topic', later)
  await live.pass(30)
  await live.run('probe')
  await live.pass(15)
  expect(live.head('rfcs/alpha', 'topic')).toBe(later)
})

test('F36: a server whose time went back is read whole', async () => {
  await live.run('probe')
  await someTime()
  live.set(live.now() - 3_600_000)
  const { status, message } = await live.run('probe')
  expect({ status, message }).toEqual({
    status: 'completed_with_warnings',
    message: "The server's time went back: everything is read again.",
  })
  await live.pass(10)
  expect(live.all(`SELECT kind, status FROM jobs ORDER BY id DESC LIMIT 1`)).toEqual([
    { kind: 'reconcile', status: 'completed' },
  ])
  expect((await live.run('probe')).status).toBe('completed')
})

describe('F36: a change that a server dates before what was seen, for its clock was set back,', () => {
  const heardThenSetBack = async (seconds: number, change: () => unknown) => {
    await live.run('probe')
    await someTime()
    change()
    await live.pass(10)
    live.loseWebhooks()
    live.set(live.now() - seconds * 1000)
  }

  test.each([10, 60, 110])('by %i s, is seen by the next probe, and everything is read again', async (seconds) => {
    await heardThenSetBack(seconds, () => push('rfcs/alpha'))
    const id = push('rfcs/alpha')
    await live.pass(240)
    expect((await live.run('probe')).message).toMatch(/^The server's time went back/)
    await live.pass(15)
    expect(live.head('rfcs/alpha', 'topic')).toBe(id)
    expect((await live.run('probe')).status).toBe('completed')
  })

  test.each([60, 3600])('by %i s, is seen by the next probe also when it came after that sweep', async (seconds) => {
    push('rfcs/alpha')
    const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    await heardThenSetBack(seconds, () => live.world.retitle('rfcs/alpha', number, 'Heard', { by: 'alice' }))
    await live.run('probe')
    await live.pass(15)
    const title = () => live.pull('rfcs/alpha', number)?.title
    live.world.retitle('rfcs/alpha', number, 'Unheard', { by: 'alice' })
    await live.pass(20)
    expect(title()).toBe('Heard')
    await live.run('probe')
    await live.pass(15)
    expect(title()).toBe('Unheard')
  })
})

test('F36: a server restored from a backup, whose clock is right, shows an earlier time than was seen, and is read whole', async () => {
  await live.run('probe')
  await someTime()
  const restore = live.fake.backup()
  const before = live.head('rfcs/alpha', 'topic')
  const lost = push('rfcs/alpha')
  await live.run('probe')
  await live.pass(15)
  expect(live.head('rfcs/alpha', 'topic')).toBe(lost)
  restore()
  expect(await live.run('probe')).toMatchObject({
    status: 'completed_with_warnings',
    message: expect.stringContaining('went back'),
  })
  await live.pass(10)
  expect(live.head('rfcs/alpha', 'topic')).toBe(before)
  expect(live.all(`SELECT kind, status FROM jobs ORDER BY id DESC LIMIT 1`)).toEqual([
    { kind: 'reconcile', status: 'completed' },
  ])
  expect((await live.run('probe')).status).toBe('completed')
})

test('F38: while no sweep is complete for three probe intervals, health says so and why', async () => {
  await live.run('probe')
  live.fake.fail(() => ({ kind: 'status', status: 502 }))
  for (let times = 0; times < 3; times++) {
    expect(live.health().ok).toBe(true)
    live.set(live.now() + 299_000)
    live.probeDue()
    live.store.jobs.request('probe', 'scheduled', '2026-11-22T10:00:00Z')
    await live.pass(30)
  }
  expect(live.health()).toMatchObject({
    ok: false,
    sentence: expect.stringMatching(/^No sweep was complete for 16 minutes\. Gitea answered 502/),
  })
  live.fake.fail(undefined)
  await live.run('probe')
  expect(live.health()).toMatchObject({ ok: true })
})

test('a delivery about a pull that was switched off with its unit fails nothing: what is held stays', async () => {
  live.world.commit('rfcs/alpha', 'topic', { 'note.md': 'x\n' })
  const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
  await live.settled()
  live.world.changeRepo('rfcs/alpha', { hasPulls: false })
  const repo = live.store.repos.byName('rfcs/alpha')
  live.store.targets.ask({ target: `pull/${repo?.id}/${number}`, at: live.now() })
  await live.pass(5)
  expect(live.store.targets.failing()).toEqual([])
  expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'open' })
})

test('a whole sweep counts the repositories whose change no webhook had told, and those only', async () => {
  live.loseWebhooks()
  live.world.commit('rfcs/alpha', 'quiet', { 'note.md': 'x\n' })
  await live.run('reconcile')
  expect(live.missed()).toBe(1)
  live.hearWebhooks()
  live.world.commit('rfcs/alpha', 'told', { 'note.md': 'y\n' })
  await live.run('reconcile')
  expect(live.missed()).toBe(1)
})

test('a schedule without probes at night is no failure', async () => {
  await live.run('probe')
  live.set(live.now() + 10 * 3_600_000)
  live.pulse.beatAt = live.now()
  expect(live.health()).toMatchObject({ ok: true })
})

describe('while no whole sweep was complete,', () => {
  const reconciles = (live: LiveService) => live.store.jobs.list({ kind: 'reconcile', before: 99, limit: 99 }).length

  test('each probe asks for one', async () => {
    await using early = await startLiveService({ away: true })
    early.fake.fail(undefined)
    await early.run('probe')
    await early.pass(10)
    expect(early.head('rfcs/alpha', 'main')).toBeDefined()
    expect(early.health().ok).toBe(true)
  })

  test('no probe makes the copy complete', async () => {
    await using early = await startLiveService({ away: true })
    early.fake.fail(({ path }) =>
      /meta\/(git\/trees|contents|raw|archive)/.test(path) ? { kind: 'status', status: 500 } : undefined,
    )
    for (let times = 0; times < 3; times++) {
      await early.pass(30)
      await early.run('probe')
      expect(early.health().ok).toBe(false)
    }
  })

  test('one that somebody stopped is begun again by the next probe: nothing is left out', async () => {
    await using early = await startLiveService({ away: true })
    const number = early.world.openPull('rfcs/meta', early.world.branch('rfcs/meta', 'claim/delta') ?? 'claim/delta', {
      by: 'alice',
    })
    await early.pass(600) // nor is it among what moved lately
    early.fake.fail(({ path }) =>
      path.includes('/meta/contents') || path.includes('/git/trees') ? { kind: 'hang' } : undefined,
    )
    await early.run('reconcile')
    const [running] = early.store.jobs.list({ status: 'running', before: 99, limit: 9 })
    early.store.jobs.stop(running?.id ?? 0, 'manual:ann', '2026-11-22T10:00:00Z')
    await early.pass(3)
    early.fake.fail(undefined)
    await early.run('probe')
    await early.pass(300) // a worker has what was stopped, and waits for its hanging answer
    expect(early.pull('rfcs/meta', number)).toMatchObject({ state: 'open' })
  })

  test('one repository that cannot be read makes no probe a whole sweep, and the rest is complete', async () => {
    await using early = await startLiveService({ away: true })
    early.fake.fail(({ path }) => (path.includes('/rfcs/alpha/git/refs') ? { kind: 'status', status: 500 } : undefined))
    await early.run('reconcile')
    await early.pass(60)
    expect(early.health()).toMatchObject({ ok: true, sentence: expect.stringContaining('but for rfcs/alpha') })
    const before = reconciles(early)
    await early.run('probe')
    await early.pass(10)
    expect(reconciles(early)).toBe(before)
  })
})

describe('what has no webhook and moves no time', () => {
  beforeEach(async () => {
    await live.run('probe')
    await someTime()
  })

  test('another default branch of an RFC’s repository shows its document with the next probe', async () => {
    live.world.commit('rfcs/alpha', 'trunk', { 'RFC.md': '# Trunk\n' })
    await live.pass(30)
    live.world.changeRepo('rfcs/alpha', { defaultBranch: 'trunk' })
    await live.run('probe')
    await live.pass(15)
    expect(live.all(`SELECT body FROM cached_rfcs WHERE slug = 'alpha'`)).toEqual([{ body: '# Trunk\n' }])
  })

  test('another default branch of the meta repository shows its entries and other pulls with the next probe', async () => {
    live.world.commit('rfcs/meta', 'trunk', { 'rfcs/zeta.md': '---\nslug: zeta\ntitle: Z\nstate: super-draft\n---\n' })
    live.world.commit('rfcs/meta', 'propose/eta', { 'rfcs/eta.md': 'x' })
    const number = live.world.openPull('rfcs/meta', 'propose/eta', { by: 'alice', base: 'trunk' })
    const other = live.world.openPull('rfcs/meta', 'propose/eta', { by: 'alice', base: 'main' })
    await live.pass(30)
    expect([live.pull('rfcs/meta', number)?.state, live.pull('rfcs/meta', other)?.state]).toEqual([undefined, 'open'])
    live.world.changeRepo('rfcs/meta', { defaultBranch: 'trunk' })
    await live.run('probe')
    await live.pass(15)
    expect([live.pull('rfcs/meta', number)?.state, live.pull('rfcs/meta', other)?.state]).toEqual(['open', 'deleted'])
    expect(live.all(`SELECT slug FROM cached_rfcs WHERE slug = 'zeta'`)).toHaveLength(1)
  })

  test('the meta repository’s default branch under another name keeps its pulls', async () => {
    live.world.commit('rfcs/meta', 'propose/eta', { 'rfcs/eta.md': 'x' })
    const number = live.world.openPull('rfcs/meta', 'propose/eta', { by: 'alice' })
    await live.pass(30)
    live.db.exec(`CREATE TABLE shown (state TEXT); CREATE TRIGGER shows AFTER UPDATE ON cached_prs
      BEGIN INSERT INTO shown VALUES (new.state); END`)
    live.world.renameBranch('rfcs/meta', 'main', 'trunk')
    await live.pass(30)
    await live.run('probe')
    await live.pass(15)
    expect(live.pull('rfcs/meta', number)).toMatchObject({ state: 'open', base_branch: 'trunk' })
    expect(live.all('SELECT DISTINCT state FROM shown')).toEqual([{ state: 'open' }])
  })

  test('pulls that are switched on again are listed with the next probe', async () => {
    push('rfcs/alpha')
    live.world.changeRepo('rfcs/alpha', { hasPulls: false })
    await live.run('reconcile')
    live.world.changeRepo('rfcs/alpha', { hasPulls: true })
    live.loseWebhooks()
    const number = live.world.openPull('rfcs/alpha', 'topic', { by: 'alice' })
    await live.pass(400)
    await live.run('probe')
    await live.pass(15)
    expect(live.pull('rfcs/alpha', number)).toMatchObject({ state: 'open' })
  })

  test.each([
    ['rfcs/alpha', 'topic'],
    ['rfcs/meta', 'propose/eta'],
  ])('so is one of %s that was open before, and that was never seen', async (repo, branch) => {
    live.loseWebhooks()
    push(repo, branch)
    const number = live.world.openPull(repo, branch, { by: 'alice' })
    live.world.changeRepo(repo, { hasPulls: false })
    await live.run('reconcile')
    await someTime()
    await live.run('probe')
    await someTime()
    live.world.changeRepo(repo, { hasPulls: true })
    await live.run('probe')
    await live.pass(15)
    expect(live.pull(repo, number)).toMatchObject({ state: 'open' })
    await live.run('probe')
    expect((await live.run('probe')).result).toMatchObject({ requests: 3, asked: [] })
  })
})

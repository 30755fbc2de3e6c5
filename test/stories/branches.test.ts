import { describe, expect, test } from 'vitest'
import { active, altering, dialects, entry, type Story, tellStory } from './story.ts'

const open = { state: 'open' }

function branches({ copy }: Story, repo: string) {
  return copy.all('SELECT rfc_slug, branch_name, state FROM cached_branches WHERE repo = ? ORDER BY branch_name', repo)
}

/** An active RFC with a repository of so many branches beside main. */
function tellOfBranches(count: number): Story {
  const story = tellStory()
  story.write({ 'rfcs/alpha.md': active('alpha') })
  story.repo('alpha')
  for (let at = 1; at <= count; at++) story.world.branch('rfcs/alpha', `topic-${at}`)
  return story
}

describe('fault 1: where the refs of a repository cannot be read no branch is deleted, not even main', () => {
  const faults = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 404 },
    { kind: 'status', status: 403 },
    { kind: 'html' },
    { kind: 'nulls' },
    { kind: 'short', keep: 0 },
    { kind: 'truncate' },
    { kind: 'reset' },
  ] as const
  test.each(faults)('%o', async (fault) => {
    using story = tellOfBranches(2)
    await story.copy.reconcile()
    const before = branches(story, 'rfcs/alpha')
    story.world.deleteBranch('rfcs/alpha', 'topic-1')
    story.fake.fail(({ path }) => (path.includes('/alpha/git/refs') ? fault : undefined))
    const outcome = await story.copy.reconcile()
    expect(outcome.warnings).toEqual([expect.stringMatching(/^rfc-repo\/\d+ was not refreshed: /)])
    expect(branches(story, 'rfcs/alpha')).toEqual(before)
    story.fake.fail(undefined)
    expect((await story.copy.reconcile()).warnings).toEqual([])
    expect(story.copy.branch('rfcs/alpha', 'topic-1')).toMatchObject({ state: 'deleted' })
    expect(story.copy.branch('rfcs/alpha', 'main')).toMatchObject(open)
  })
})

test('fault 24: every branch of a repository with three pages of them is there, and stays', async () => {
  using story = tellOfBranches(120)
  await story.copy.reconcile()
  await story.copy.reconcile()
  expect(story.copy.all("SELECT 1 FROM cached_branches WHERE state = 'open'")).toHaveLength(121)
})

test('fault 24, 34: branches that a page of the branches listing lacks, main among them, are there all the same', async () => {
  using story = tellOfBranches(3)
  const lacking = altering<unknown[]>(/\/alpha\/branches/, (rows) => rows.slice(1))
  story.spoil((path, answer) => {
    const { headers, ...rest } = lacking(path, answer)
    return { ...rest, headers: /\/alpha\/branches/.test(path) ? { ...headers, 'x-total-count': '3' } : headers }
  })
  expect((await story.copy.reconcile()).warnings).toEqual([])
  const rows = story.copy.all("SELECT * FROM cached_branches WHERE repo = 'rfcs/alpha' AND state = 'open'")
  expect(rows).toHaveLength(4)
  expect(rows.filter(({ last_commit_at }) => last_commit_at === null)).toEqual([])
})

describe.each(dialects)('on %s', (dialect) => {
  test('fault 31: after graduation the edit branches in meta live on, beside branches of the same name in the own repository', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/beta.md': entry('beta') })
    story.push('rfcs/meta', 'edit-beta-0a1b2c')
    await story.copy.reconcile()
    story.repo('beta')
    story.push('rfcs/beta', 'edit-beta-0a1b2c')
    story.write({ 'rfcs/beta.md': active('beta') })
    for (let sweep = 0; sweep < 2; sweep++) {
      await story.copy.reconcile()
      expect(story.copy.branch('rfcs/meta', 'edit-beta-0a1b2c')).toMatchObject({ rfc_slug: 'beta', ...open })
      expect(story.copy.branch('rfcs/beta', 'edit-beta-0a1b2c')).toMatchObject({ rfc_slug: 'beta', ...open })
    }
  })

  test('fault 33: `main` of a super-draft is meta’s tip, goes when it is active, and is back and open when it is a super-draft again', async () => {
    using story = tellStory(dialect)
    story.repo('beta')
    story.write({ 'rfcs/beta.md': entry('beta') })
    await story.copy.reconcile()
    expect(branches(story, 'rfcs/meta')).toEqual([{ rfc_slug: 'beta', branch_name: 'main', ...open }])
    story.write({ 'rfcs/beta.md': active('beta') })
    await story.copy.reconcile()
    expect(branches(story, 'rfcs/meta')).toEqual([])
    expect(story.copy.branch('rfcs/beta', 'main')).toMatchObject(open)
    const tip = story.write({ 'rfcs/beta.md': entry('beta') })
    await story.copy.reconcile()
    expect(branches(story, 'rfcs/meta')).toEqual([{ rfc_slug: 'beta', branch_name: 'main', ...open }])
    expect(story.copy.branch('rfcs/meta', 'main')).toMatchObject({ head_sha: tip })
    expect(story.copy.branch('rfcs/beta', 'main')).toMatchObject({ state: 'deleted' })
  })

  test('fault 35, F20: nothing hangs on the name main: default branches move, in meta and in an own repository', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/beta.md': entry('beta') })
    story.repo('alpha')
    await story.copy.reconcile()
    story.world.branch('rfcs/meta', 'trunk')
    story.world.changeRepo('rfcs/meta', { defaultBranch: 'trunk' })
    story.world.commit('rfcs/alpha', 'stable', { 'RFC.md': '# Stable\n' })
    story.world.changeRepo('rfcs/alpha', { defaultBranch: 'stable' })
    story.world.deleteBranch('rfcs/meta', 'main')
    const tip = story.write({ 'rfcs/beta.md': entry('beta', {}, 'On trunk.\n') })
    await story.copy.reconcile()
    expect(story.copy.rfc('beta')).toMatchObject({ body: 'On trunk.\n' })
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '# Stable\n' })
    expect(story.copy.branch('rfcs/meta', 'main')).toMatchObject({ rfc_slug: 'beta', head_sha: tip, ...open })
  })

  test('F20: a force-push, and a branch deleted and made anew, show the head that is there now', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/alpha.md': active('alpha') })
    story.repo('alpha')
    story.push('rfcs/alpha', 'topic')
    await story.copy.reconcile()
    const forced = story.world.writeCommit(
      'rfcs/alpha',
      'main',
      { 'a.txt': 'a' },
      { parents: [story.world.tip('rfcs/alpha', 'main')] },
    )
    story.world.push('rfcs/alpha', 'topic', forced)
    await story.copy.reconcile()
    expect(story.copy.branch('rfcs/alpha', 'topic')).toMatchObject({ head_sha: forced, ...open })
    story.world.deleteBranch('rfcs/alpha', 'topic')
    await story.copy.reconcile()
    expect(story.copy.branch('rfcs/alpha', 'topic')).toMatchObject({ head_sha: forced, state: 'deleted' })
    story.world.branch('rfcs/alpha', 'topic', 'main')
    await story.copy.reconcile()
    expect(story.copy.branch('rfcs/alpha', 'topic')).toMatchObject({
      head_sha: story.world.tip('rfcs/alpha', 'main'),
      ...open,
    })
  })

  test('F20: history of meta cut back: a file whose text is the same before and after has its older date again', async () => {
    using story = tellStory(dialect)
    const text = entry('alpha')
    const first = story.write({ 'rfcs/alpha.md': text })
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'Not for long' }) })
    story.write({ 'rfcs/alpha.md': text })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ last_entry_commit_at: '2026-11-22T10:03:00Z' })
    story.world.push('rfcs/meta', 'main', first)
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ last_entry_commit_at: '2026-11-22T10:01:00Z' })
  })

  test('F20: history of meta rewritten: entries, their dates and removals are those of the new history', async () => {
    using story = tellStory(dialect)
    const first = story.write({ 'rfcs/alpha.md': entry('alpha'), 'rfcs/beta.md': entry('beta') })
    story.write({ 'rfcs/alpha.md': entry('alpha', {}, 'Second.\n'), 'rfcs/gamma.md': entry('gamma') })
    await story.copy.reconcile()
    story.clock.pass(600)
    const rewritten = story.world.writeCommit(
      'rfcs/meta',
      'main',
      { 'rfcs/beta.md': entry('beta', {}, 'Other.\n') },
      { parents: [first] },
    )
    story.world.push('rfcs/meta', 'main', rewritten)
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({
      body: 'About alpha.\n',
      last_entry_commit_at: '2026-11-22T10:01:00Z',
      removed_at: null,
    })
    expect(story.copy.rfc('beta')).toMatchObject({ body: 'Other.\n', last_entry_commit_at: '2026-11-22T10:12:00Z' })
    expect(story.copy.rfc('gamma').removed_at).not.toBeNull()
  })
})

test('fault 30: `closed`, the application’s word, stays through sweeps and rebuilds while the branch lives, and ends with it', async () => {
  using story = tellOfBranches(1)
  await story.copy.reconcile()
  story.copy.write("UPDATE cached_branches SET state = 'closed' WHERE branch_name = 'topic-1'")
  story.push('rfcs/alpha', 'topic-1')
  await story.copy.reconcile()
  await story.copy.reconcile({ rebuild: true })
  expect(story.copy.branch('rfcs/alpha', 'topic-1')).toMatchObject({
    state: 'closed',
    head_sha: story.world.tip('rfcs/alpha', 'topic-1'),
  })
  story.world.deleteBranch('rfcs/alpha', 'topic-1')
  await story.copy.reconcile()
  expect(story.copy.branch('rfcs/alpha', 'topic-1')).toMatchObject({ state: 'deleted' })
  story.world.branch('rfcs/alpha', 'topic-1')
  await story.copy.reconcile()
  expect(story.copy.branch('rfcs/alpha', 'topic-1')).toMatchObject(open)
})

test('fault 53: the feed tells of a branch that goes and comes back, once each', async () => {
  using story = tellOfBranches(1)
  await story.copy.reconcile()
  const told = () =>
    story.copy.all("SELECT op FROM changes WHERE key = 'alpha rfcs/alpha topic-1' ORDER BY seq").map(({ op }) => op)
  story.world.deleteBranch('rfcs/alpha', 'topic-1')
  await story.copy.reconcile()
  await story.copy.reconcile()
  story.world.branch('rfcs/alpha', 'topic-1')
  await story.copy.reconcile()
  await story.copy.reconcile()
  expect(told()).toEqual(['new', 'gone', 'new'])
})

describe('more than a fifth gone at once', () => {
  test('is looked at twice, and believed when it stays so', async () => {
    using story = tellOfBranches(20)
    await story.copy.reconcile()
    for (let at = 1; at <= 10; at++) story.world.deleteBranch('rfcs/alpha', `topic-${at}`)
    story.copy.asked()
    const before = story.clock.now()
    await story.copy.reconcile()
    expect(story.copy.asked().filter((path) => path.endsWith('/alpha/git/refs'))).toHaveLength(2)
    expect(story.clock.now() - before).toBeGreaterThanOrEqual(2000)
    expect(story.copy.all("SELECT 1 FROM cached_branches WHERE state = 'deleted'")).toHaveLength(10)
  })

  test('is not believed while looks differ: nothing is deleted, and a person is told', async () => {
    using story = tellOfBranches(20)
    await story.copy.reconcile()
    let looks = 0
    story.spoil((path, answer) => {
      if (!path.endsWith('/alpha/git/refs')) return answer
      looks += 1
      return looks % 2 ? altering<unknown[]>(/./, (refs) => refs.slice(0, 5))(path, answer) : answer
    })
    const outcome = await story.copy.reconcile()
    expect(outcome.warnings).toEqual([expect.stringContaining('a second look differed')])
    expect(story.copy.all("SELECT 1 FROM cached_branches WHERE state = 'deleted'")).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { active, dialects, entry, type Story, tellStory } from './story.ts'

/** Active `alpha` and `gamma`, each with a repository that has a branch and a pull. */
function tellOfTwo(dialect?: Parameters<typeof tellStory>[0]): Story {
  const story = tellStory(dialect)
  story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/gamma.md': active('gamma') })
  for (const name of ['alpha', 'gamma']) {
    story.repo(name)
    story.pull(`rfcs/${name}`, `topic-of-${name}`, { title: `About ${name}` })
  }
  return story
}

function pulls({ copy }: Story) {
  return copy
    .all('SELECT repo, pr_number, title, state, rfc_slug FROM cached_prs ORDER BY repo, pr_number')
    .map(({ repo, pr_number, title, state, rfc_slug }) => `${repo}#${pr_number} ${title}: ${state}, ${rfc_slug}`)
}

function branches({ copy }: Story) {
  return copy
    .all(
      "SELECT repo, branch_name, state, rfc_slug FROM cached_branches WHERE branch_name <> 'main' ORDER BY repo, branch_name, rfc_slug",
    )
    .map(({ repo, branch_name, state, rfc_slug }) => `${repo} ${branch_name}: ${state}, ${rfc_slug}`)
}

describe('fault 4: the repository an entry names is followed only where that is the author’s to say', () => {
  const problem = (story: Story, slug: string) => story.copy.rfc(slug).problem

  test('outside the organisation it is not even asked for, and nothing of it comes into the copy', async () => {
    using story = tellStory()
    story.world.createRepo('mallory/secret', { private: true })
    story.world.commit('mallory/secret', 'main', { 'RFC.md': '# Secret\n' })
    const names = [
      'mallory/secret',
      'MALLORY/secret',
      'secret',
      '../mallory/secret',
      'rfcs/../mallory/secret',
      'http://127.0.0.1:3000/mallory/secret',
      'rfcs/..',
      'rfcs/a b',
      'rfcs/secret?x=1',
      'rfcs/',
    ]
    story.write(
      Object.fromEntries(names.map((repo, at) => [`rfcs/out-${at}.md`, active(`out-${at}`, { repo: `"${repo}"` })])),
    )
    const { problems, warnings } = await story.copy.reconcile()
    expect(problems).toHaveLength(names.length)
    expect(warnings).toEqual([])
    expect(
      story.copy.asked().filter((path) => /mallory|secret|\.\.|a b/.test(path.replace(/file-contents.*/, ''))),
    ).toEqual([])
    expect(story.copy.all("SELECT 1 FROM cached_rfcs WHERE body LIKE '%Secret%'")).toEqual([])
  })

  test('private is not followed while meta is public, also when it becomes so later; it is when meta is private, too', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.changeRepo('rfcs/alpha', { private: true })
    await story.copy.reconcile()
    expect(problem(story, 'alpha')).toContain('it is private, and the meta repository is public')
    expect(story.copy.rfc('alpha')).toMatchObject({
      document_body: null,
      body: 'About alpha.\n',
      last_main_commit_at: null,
    })
    expect(pulls(story)).toEqual(['rfcs/alpha#1 About alpha: deleted, alpha', 'rfcs/gamma#1 About gamma: open, gamma'])
    story.world.changeRepo('rfcs/meta', { private: true })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ problem: null, body: '# alpha\n' })
    expect(pulls(story)).toEqual(['rfcs/alpha#1 About alpha: open, alpha', 'rfcs/gamma#1 About gamma: open, gamma'])
  })

  test('meta itself is nobody’s own', async () => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': active('alpha', { repo: 'RFCS/Meta' }) })
    story.pull('rfcs/meta', 'topic')
    await story.copy.reconcile()
    expect(problem(story, 'alpha')).toContain('it is the meta repository itself')
    expect(pulls(story)).toEqual([])
  })

  test('fault 41: claimed twice it is the first file’s, whoever came first in time, and the other one is told', async () => {
    using story = tellStory()
    story.repo('shared')
    story.pull('rfcs/shared', 'topic')
    story.write({ 'rfcs/beta.md': active('beta', { repo: 'rfcs/shared' }) })
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/shared#1 topic: open, beta'])
    story.write({ 'rfcs/alpha.md': active('alpha', { repo: 'rfcs/SHARED' }) })
    for (let sweep = 0; sweep < 2; sweep++) {
      await story.copy.reconcile()
      expect(pulls(story)).toEqual(['rfcs/shared#1 topic: open, alpha'])
      expect(branches(story)).toEqual(['rfcs/shared topic: open, alpha', 'rfcs/shared topic: deleted, beta'])
      expect(story.copy.rfc('alpha')).toMatchObject({ body: '# shared\n', problem: null })
      expect(story.copy.rfc('beta')).toMatchObject({
        body: 'About beta.\n',
        problem: expect.stringContaining('alpha has it already'),
      })
    }
  })

  test('absent it is named, and followed as soon as it is there', async () => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': active('alpha') })
    await story.copy.reconcile()
    expect(problem(story, 'alpha')).toContain('there is none of that name to be seen')
    story.repo('alpha')
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ problem: null, body: '# alpha\n' })
  })
})

describe.each(dialects)('on %s', (dialect) => {
  test('fault 42, F14: a renamed repository takes its rows along and is followed under the old name in the entry', async () => {
    using story = tellOfTwo(dialect)
    await story.copy.reconcile()
    story.world.renameRepo('rfcs/alpha', 'alpha-2')
    for (let sweep = 0; sweep < 2; sweep++) {
      expect((await story.copy.reconcile()).problems).toEqual([])
      expect(pulls(story)).toEqual(['rfcs/alpha-2#1 About alpha: open, alpha', 'rfcs/gamma#1 About gamma: open, gamma'])
      expect(branches(story)).toEqual([
        'rfcs/alpha-2 topic-of-alpha: open, alpha',
        'rfcs/gamma topic-of-gamma: open, gamma',
      ])
    }
    const fresh = story.newCopy()
    await fresh.reconcile()
    expect(fresh.pull('rfcs/alpha-2', 1)).toMatchObject({ rfc_slug: 'alpha', state: 'open' })
  })

  test('fault 42, F25: a new repository under an old name replaces what was there, though its numbers start again', async () => {
    using story = tellOfTwo(dialect)
    story.pull('rfcs/alpha', 'second')
    await story.copy.reconcile()
    story.world.deleteRepo('rfcs/alpha')
    story.repo('alpha', '# Anew\n')
    story.pull('rfcs/alpha', 'other', { title: 'Another one' })
    await story.copy.reconcile()
    expect(pulls(story)).toEqual([
      'rfcs/alpha#1 Another one: open, alpha',
      'rfcs/alpha#2 second: deleted, alpha',
      'rfcs/gamma#1 About gamma: open, gamma',
    ])
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '# Anew\n' })
    expect(story.copy.branch('rfcs/alpha', 'topic-of-alpha')).toMatchObject({ state: 'deleted' })
  })

  test('fault 25, F14: a deleted repository’s branches and pulls are deleted, its RFC keeps its entry and is told', async () => {
    using story = tellOfTwo(dialect)
    await story.copy.reconcile()
    story.world.deleteRepo('rfcs/alpha')
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/alpha#1 About alpha: deleted, alpha', 'rfcs/gamma#1 About gamma: open, gamma'])
    expect(story.copy.rfc('alpha')).toMatchObject({
      body: 'About alpha.\n',
      removed_at: null,
      problem: expect.stringContaining('none of that name'),
    })
  })

  test('fault 32: an RFC’s repository is refreshed whatever the state, super-draft alone excepted', async () => {
    using story = tellOfTwo(dialect)
    await story.copy.reconcile()
    for (const state of ['withdrawn', 'rejected', 'archived', null]) {
      story.write({ 'rfcs/alpha.md': active('alpha', { state }) })
      const number = story.pull('rfcs/alpha', `when-${state}`)
      await story.copy.reconcile()
      expect(story.copy.pull('rfcs/alpha', number)).toMatchObject({ state: 'open', rfc_slug: 'alpha' })
    }
    story.world.close('rfcs/alpha', 1)
    await story.copy.reconcile()
    expect(story.copy.pull('rfcs/alpha', 1)).toMatchObject({ state: 'closed' })
  })

  test('an empty repository is followed; its first push brings branches and a document, and without commits meta has no entries', async () => {
    using story = tellStory(dialect)
    expect(await story.copy.reconcile()).toMatchObject({ problems: [], warnings: [] })
    story.world.createRepo('rfcs/alpha')
    story.write({ 'rfcs/alpha.md': active('alpha') })
    expect(await story.copy.reconcile()).toMatchObject({ problems: [], warnings: [] })
    expect(story.copy.rfc('alpha')).toMatchObject({
      body: 'About alpha.\n',
      document_body: null,
      last_main_commit_at: null,
    })
    story.world.commit('rfcs/alpha', 'main', { 'RFC.md': '# First\n' })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '# First\n' })
    expect(story.copy.branch('rfcs/alpha', 'main')).toMatchObject({ state: 'open' })
  })
})

describe('F25: names change hands', () => {
  test('two repositories that change names with each other keep their rows', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.renameRepo('rfcs/alpha', 'aside')
    story.world.renameRepo('rfcs/gamma', 'alpha')
    story.world.renameRepo('rfcs/aside', 'gamma')
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/alpha#1 About gamma: open, alpha', 'rfcs/gamma#1 About alpha: open, gamma'])
    expect(branches(story).filter((row) => row.includes('open'))).toEqual([
      'rfcs/alpha topic-of-gamma: open, alpha',
      'rfcs/gamma topic-of-alpha: open, gamma',
    ])
  })

  test('a repository renamed, and another made under its old name: each has its own rows', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.renameRepo('rfcs/alpha', 'left')
    story.repo('alpha', '# Another\n')
    story.write({ 'rfcs/left.md': active('left') })
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/gamma#1 About gamma: open, gamma', 'rfcs/left#1 About alpha: open, left'])
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '# Another\n' })
    expect(story.copy.rfc('left')).toMatchObject({ body: '# alpha\n' })
  })

  test('a repository renamed to the name of one that is gone takes the place of its deleted rows', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.deleteRepo('rfcs/gamma')
    await story.copy.reconcile()
    story.world.renameRepo('rfcs/alpha', 'gamma')
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/gamma#1 About alpha: open, alpha'])
  })

  test('the same when both happen between two sweeps', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.deleteRepo('rfcs/gamma')
    story.world.renameRepo('rfcs/alpha', 'gamma')
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/gamma#1 About alpha: open, alpha'])
  })

  test('a repository whose name only changes its case is the same one', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.renameRepo('rfcs/alpha', 'Alpha')
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/Alpha#1 About alpha: open, alpha', 'rfcs/gamma#1 About gamma: open, gamma'])
  })

  test('a repository handed to another owner is the organisation’s no more', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    story.world.transferRepo('rfcs/alpha', 'alice')
    await story.copy.reconcile()
    expect(pulls(story)).toEqual(['rfcs/alpha#1 About alpha: deleted, alpha', 'rfcs/gamma#1 About gamma: open, gamma'])
    expect(story.copy.rfc('alpha').problem).toContain('not followed')
  })
})

test('F14: a repository that is hidden for a moment, from its name and from the listing, loses nothing', async () => {
  using story = tellOfTwo()
  await story.copy.reconcile()
  const before = [pulls(story), branches(story)]
  story.fake.fail(({ path }) =>
    /\/repos\/rfcs\/alpha(\/|$|\?)/.test(path) ? { kind: 'status', status: 404 } : undefined,
  )
  expect((await story.copy.reconcile()).warnings).toHaveLength(1)
  story.fake.fail(({ path }) => (path.includes('/repos/search') ? { kind: 'short', keep: 2 } : undefined))
  await expect(story.copy.reconcile()).rejects.toThrow(/items|shows|lacks/)
  expect([pulls(story), branches(story)]).toEqual(before)
})

test('fault 42, F25: a repository made anew while the sweep is under way is known for another one before it ends', async () => {
  using story = tellOfTwo()
  story.pull('rfcs/alpha', 'second')
  await story.copy.reconcile()
  story.spoil((path, answer) => {
    if (!path.startsWith('/repos/search')) return answer
    story.spoil()
    story.world.deleteRepo('rfcs/alpha')
    story.repo('alpha', '# Anew\n')
    story.pull('rfcs/alpha', 'other', { title: 'Another one' })
    return answer
  })
  await story.copy.reconcile()
  expect(story.copy.all("SELECT id FROM repos WHERE full_name = 'rfcs/alpha'")).toEqual([
    { id: story.world.repo('rfcs/alpha').id },
  ])
  expect(pulls(story)).toEqual([
    'rfcs/alpha#1 Another one: open, alpha',
    'rfcs/alpha#2 second: deleted, alpha',
    'rfcs/gamma#1 About gamma: open, gamma',
  ])
})

test('a name that leads somewhere else later is asked again', async () => {
  using story = tellOfTwo()
  story.world.renameRepo('rfcs/alpha', 'moved')
  await story.copy.reconcile()
  expect(story.copy.rfc('alpha')).toMatchObject({ body: '# alpha\n' })
  story.world.deleteRepo('rfcs/moved')
  await story.copy.reconcile()
  expect(story.copy.rfc('alpha')).toMatchObject({
    body: 'About alpha.\n',
    problem: expect.stringContaining('none of that name'),
  })
  story.repo('alpha', '# In its place\n')
  await story.copy.reconcile()
  expect(story.copy.rfc('alpha')).toMatchObject({ body: '# In its place\n', problem: null })
})

describe('F14, F15: a name that one wrong 404 led nowhere is asked again', () => {
  const followed = { body: '# alpha\n', problem: null }
  const lost = { problem: expect.stringContaining('there is none of that name') }
  const misled = (story: Story) => {
    story.world.renameRepo('rfcs/alpha', 'moved')
    story.fake.fail(({ path }) => (path.endsWith('/repos/rfcs/alpha') ? { kind: 'status', status: 404 } : undefined))
  }

  test('by the next sweep', async () => {
    using story = tellOfTwo()
    misled(story)
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject(lost)
    story.fake.fail(undefined)
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject(followed)
  })

  test('in a minute, where a repository had it just before', async () => {
    using story = tellOfTwo()
    await story.copy.reconcile()
    misled(story)
    story.copy.write(`UPDATE targets SET due_at = 0, whole = 0 WHERE target = 'repos'`)
    story.clock.pass(60)
    await story.copy.drain()
    expect(story.copy.rfc('alpha')).toMatchObject(lost)
    story.fake.fail(undefined)
    story.clock.pass(60)
    await story.copy.drain()
    expect(story.copy.rfc('alpha')).toMatchObject(followed)
  })
})

test('F14, F15: a name that another repository took and gave up leads nowhere', async () => {
  using story = tellOfTwo()
  await story.copy.reconcile()
  story.world.renameRepo('rfcs/alpha', 'moved')
  story.repo('alpha')
  story.world.deleteRepo('rfcs/alpha')
  await story.copy.reconcile()
  story.clock.pass(60)
  await story.copy.drain()
  expect(story.copy.rfc('alpha')).toMatchObject({ problem: expect.stringContaining('there is none of that name') })
})

test('a user may own the RFCs as well as an organisation, and what is theirs elsewhere is left out', async () => {
  using story = tellStory()
  const { world } = story
  for (const name of ['meta', 'alpha']) world.createRepo(`alice/${name}`)
  world.commit('alice/meta', 'main', {
    'rfcs/alpha.md': active('alpha', { repo: 'Alice/alpha' }),
    'rfcs/beta.md': active('beta', { repo: 'rfcs/meta' }),
  })
  world.commit('alice/alpha', 'main', { 'RFC.md': '# Alpha\n' })
  const theirs = story.newCopy('alice')
  expect(await theirs.reconcile()).toMatchObject({ warnings: [], problems: [{ path: 'rfcs/beta.md' }] })
  expect(theirs.rfc('alpha')).toMatchObject({ body: '# Alpha\n', problem: null })
})

test('entries without any repository cost no request a piece', async () => {
  using story = tellStory()
  story.write(Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`rfcs/rfc-${at}.md`, entry(`rfc-${at}`)])))
  const { requests, dates } = await story.copy.reconcile()
  expect(requests).toBeLessThanOrEqual(15)
  expect(dates.requests).toBe(1)
})

describe('F14: the meta repository', () => {
  test('handed to another owner stops all: nothing of the other owner is followed, nothing goes, and where to look is said', async () => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': active('alpha') })
    story.repo('alpha')
    await story.copy.reconcile()
    const before = story.copy.all('SELECT * FROM cached_branches')
    story.world.transferRepo('rfcs/meta', 'alice')
    await expect(story.copy.reconcile()).rejects.toThrow('The meta repository rfcs/meta is alice/meta now.')
    expect(story.copy.all('SELECT * FROM cached_branches')).toEqual(before)
    expect(story.copy.rfc('alpha')).toMatchObject({ removed_at: null })
  })
})

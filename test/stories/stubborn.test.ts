import { describe, expect, test } from 'vitest'
import { ownLastCommit } from '../../src/refresh/last-commits.ts'
import { active, entry, type Spoiler, tellStory } from './story.ts'

/** Cuts the answers short whose path fits, as Gitea 1.26 does for a commit dated after the year 9999. */
function cutting(pattern: RegExp): Spoiler {
  return (path, answer) =>
    pattern.test(path) ? { ...answer, body: answer.body.subarray(0, answer.body.length >> 1) } : answer
}

/** Answers 500 where the path fits. */
function failing(pattern: RegExp): Spoiler {
  return (path, answer) => (pattern.test(path) ? { ...answer, status: 500 } : answer)
}

describe('a repository that takes the name of one that is gone', () => {
  test('takes over its rows too, where what is left of the other stood in the way', async () => {
    using story = tellStory()
    story.write({ 'rfcs/old.md': active('old'), 'rfcs/new.md': active('new') })
    for (const name of ['old', 'new']) {
      story.repo(name)
      story.pull(`rfcs/${name}`, 'topic', { title: `About ${name}` })
    }
    await story.copy.reconcile()
    story.world.deleteRepo('rfcs/old')
    await story.copy.reconcile()
    story.world.renameRepo('rfcs/new', 'old')
    const { failed } = await story.copy.reconcile()
    expect(failed).toBe(0)
    expect(story.copy.pull('rfcs/old', 1)).toMatchObject({ title: 'About new', state: 'open' })
  })
})

describe('what Gitea cannot show', () => {
  test('of one commit keeps neither texts nor heads from the readers', async () => {
    using story = tellStory()
    story.write({ 'rfcs/a.md': entry('a'), 'rfcs/b.md': entry('b') })
    await story.copy.reconcile()
    story.write({ 'rfcs/a.md': entry('a', { title: 'Another title' }) })
    story.push('rfcs/meta', 'edit/a/words')
    story.spoil(cutting(/\/(?:git\/commits|file-contents|branches|commits)/))
    const { warnings } = await story.copy.reconcile()
    expect(story.copy.rfc('a').title).toBe('Another title')
    expect(story.copy.branch('rfcs/meta', 'edit/a/words')).toMatchObject({ state: 'open', last_commit_at: null })
    expect(warnings.join(' ')).toMatch(/cannot show/)
    story.spoil()
    await story.copy.reconcile()
    expect(story.copy.branch('rfcs/meta', 'edit/a/words').last_commit_at).not.toBeNull()
  })

  test('for a moment, of a commit, is there a minute later', async () => {
    using story = tellStory()
    story.repo('a')
    story.write({ 'rfcs/a.md': active('a') })
    await story.copy.reconcile()
    const sha = story.push('rfcs/a', 'words')
    story.spoil(failing(/\/(?:git\/commits|branches)/))
    await story.copy.reconcile()
    expect(story.copy.branch('rfcs/a', 'words')).toMatchObject({ head_sha: sha, last_commit_at: null })
    story.spoil()
    story.clock.pass(60)
    await story.copy.drain()
    expect(story.copy.branch('rfcs/a', 'words').last_commit_at).not.toBeNull()
  })

  test('for a moment, of an entry’s last commit, is there a minute later', async () => {
    using story = tellStory()
    story.write({ 'rfcs/a.md': entry('a') })
    story.spoil(failing(/\/(?:git\/commits|commits|file-contents)/))
    await story.copy.reconcile()
    expect(story.copy.rfc('a')).toMatchObject({ title: 'The a', last_entry_commit_at: null })
    story.spoil()
    story.clock.pass(60)
    await story.copy.drain()
    expect(story.copy.rfc('a').last_entry_commit_at).not.toBeNull()
  })

  test('of a commit, ever, is asked once more and then left to the sweeps', async () => {
    using story = tellStory()
    story.write({ 'rfcs/a.md': entry('a') })
    story.push('rfcs/meta', 'edit/a/words')
    story.spoil(cutting(/\/(?:git\/commits|commits|branches|file-contents)/))
    await story.copy.reconcile()
    const asked = async () => {
      story.clock.pass(60)
      story.copy.asked()
      await story.copy.drain()
      return story.copy.asked().length
    }
    expect(await asked()).toBeGreaterThan(0)
    expect(await asked()).toBe(0)
  })

  test('F36: of a tip that is no more, lets the entries move on', async () => {
    using story = tellStory()
    story.write({ 'rfcs/a.md': entry('a') })
    await story.copy.reconcile()
    story.write({ 'rfcs/a.md': entry('a', { title: 'After the backup' }) })
    story.spoil(failing(/[?&]not=/))
    expect((await story.copy.reconcile()).failed).toBe(0)
    expect(story.copy.rfc('a').title).toBe('After the backup')
  })
})

test('a name that leads nowhere is asked by each whole sweep, and by another listing once a repository comes, goes or changes its name', async () => {
  using story = tellStory()
  story.write({ 'rfcs/a.md': active('a', { repo: 'rfcs/nowhere' }) })
  const asked = () => story.copy.asked().filter((path) => path.endsWith('/repos/rfcs/nowhere')).length
  const listed = async () => {
    story.copy.write(`UPDATE targets SET due_at = 0, whole = 0 WHERE target = 'repos'`)
    story.clock.pass(60)
    await story.copy.drain()
    return asked()
  }
  await story.copy.reconcile()
  expect(asked()).toBe(1)
  await story.copy.reconcile()
  expect(asked()).toBe(1)
  expect(await listed()).toBe(0)
  story.repo('elsewhere')
  expect(await listed()).toBe(1)
})

test('the last commit of a file whose name is a pattern is not taken from contents, which may speak of another file', () => {
  const content = {
    type: 'file',
    sha: '0'.repeat(40),
    size: 1,
    content: null,
    last_commit_sha: 'c',
    last_committer_date: null,
  }
  expect(
    ['rfcs/a*.md', 'rfcs/[ab].md', 'rfcs/q?.md', 'rfcs/b\\s.md', 'rfcs/a.md'].map((path) =>
      ownLastCommit({ ...content, path }),
    ),
  ).toEqual([null, null, null, null, 'c'])
})

test('a live row that no rule wants is deleted by the next sweep', async () => {
  using story = tellStory()
  story.write({ 'rfcs/a.md': entry('a') })
  await story.copy.reconcile()
  story.copy.write(
    `INSERT INTO cached_branches (rfc_slug, repo, branch_name, head_sha) VALUES ('a', 'rfcs/stray', 'x', 'h')`,
  )
  await story.copy.reconcile()
  expect(story.copy.branch('rfcs/stray', 'x').state).toBe('deleted')
})

test('an action that REPLACE took away, which fires no trigger, counts no more after the next sweep', async () => {
  using story = tellStory()
  story.write({ 'rfcs/a.md': entry('a') })
  story.copy.write(
    `CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT)`,
  )
  const number = story.pull('rfcs/meta', 'propose/a')
  await story.copy.reconcile()
  story.copy.write(`INSERT INTO actions VALUES (1, 'propose_rfc', 'a', ${number}, 'zed')`)
  expect(story.copy.pull('rfcs/meta', number).opened_by).toBe('zed')
  story.copy.write(`INSERT OR REPLACE INTO actions VALUES (1, 'propose_rfc', 'a', 999, 'zed')`)
  await story.copy.reconcile()
  expect(story.copy.pull('rfcs/meta', number).opened_by).toBe('rfc-bot')
})

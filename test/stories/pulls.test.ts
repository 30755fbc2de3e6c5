import { describe, expect, test } from 'vitest'
import { active, altering, dialects, entry, type Story, tellStory } from './story.ts'

const alpha = 'rfcs/alpha'

/** A super-draft `beta`, and an active RFC `alpha` with a repository. */
function tellOfTwo(dialect?: Parameters<typeof tellStory>[0]): Story {
  const story = tellStory(dialect)
  story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/beta.md': entry('beta') })
  story.repo('alpha')
  return story
}

async function swept(story: Story, repo: string, number: number) {
  await story.copy.reconcile()
  return story.copy.pull(repo, number)
}

describe.each(dialects)('on %s', (dialect) => {
  test('fault 2, F22: a pull that is merged and loses its branch stays whole: merged, with its branch’s name and its RFC', async () => {
    using story = tellOfTwo(dialect)
    const number = story.pull('rfcs/meta', 'edit-beta-0a1b2c')
    const head = story.world.tip('rfcs/meta', 'edit-beta-0a1b2c')
    expect(await swept(story, 'rfcs/meta', number)).toMatchObject({ state: 'open' })
    story.clock.pass(5)
    story.world.merge('rfcs/meta', number, { by: 'bob', deleteBranch: true })
    const merged = {
      rfc_slug: 'beta',
      pr_kind: 'meta_body_edit',
      state: 'merged',
      head_branch: 'edit-beta-0a1b2c',
      head_sha: head,
      merge_commit_sha: story.world.tip('rfcs/meta', 'main'),
    }
    expect(await swept(story, 'rfcs/meta', number)).toMatchObject(merged)
    const fresh = story.newCopy()
    await fresh.reconcile()
    expect(fresh.pull('rfcs/meta', number)).toMatchObject(merged)
    expect(story.copy.branch('rfcs/meta', 'edit-beta-0a1b2c')).toMatchObject({ state: 'deleted' })
  })

  test('F21: every turn a pull takes shows: closed, reopened, edited, retargeted, pushed to, merged', async () => {
    using story = tellOfTwo(dialect)
    story.world.branch(alpha, 'other')
    const number = story.pull(alpha, 'topic', { by: 'alice', title: 'First' })
    expect(await swept(story, alpha, number)).toMatchObject({ state: 'open', closed_at: null, title: 'First' })
    story.clock.pass(10)
    story.world.close(alpha, number)
    expect(await swept(story, alpha, number)).toMatchObject({
      state: 'closed',
      merged_at: null,
      merge_commit_sha: null,
    })
    story.clock.pass(10)
    story.world.reopen(alpha, number)
    expect(await swept(story, alpha, number)).toMatchObject({ state: 'open', closed_at: null })
    story.clock.pass(10)
    story.world.retitle(alpha, number, 'Second')
    story.world.rewrite(alpha, number, 'With a body.')
    story.world.retarget(alpha, number, 'other')
    const head = story.push(alpha, 'topic')
    const now = { title: 'Second', description: 'With a body.', base_branch: 'other', head_sha: head }
    expect(await swept(story, alpha, number)).toMatchObject(now)
    story.clock.pass(10)
    story.world.merge(alpha, number, { style: 'squash' })
    const merge = story.world.tip(alpha, 'other')
    expect(await swept(story, alpha, number)).toMatchObject({ ...now, state: 'merged', merge_commit_sha: merge })
  })

  test('fault 25: a pull that Gitea has no more is deleted, whether it was open or closed, and stays as such', async () => {
    using story = tellOfTwo(dialect)
    const [open, closed, kept] = ['a', 'b', 'c'].map((branch) => story.pull(alpha, branch)) as [number, number, number]
    story.world.close(alpha, closed)
    await story.copy.reconcile()
    story.world.deletePull(alpha, open)
    story.world.deletePull(alpha, closed)
    for (let sweep = 0; sweep < 2; sweep++) {
      expect(await swept(story, alpha, open)).toMatchObject({ state: 'deleted', title: 'a', rfc_slug: 'alpha' })
      expect(story.copy.pull(alpha, closed)).toMatchObject({ state: 'deleted' })
      expect(story.copy.pull(alpha, kept)).toMatchObject({ state: 'open' })
    }
  })

  test('fault 25: a pull that a listing leaves out, though its count agrees, is asked for and not believed gone', async () => {
    using story = tellOfTwo(dialect)
    story.pull(alpha, 'first')
    story.pull(alpha, 'second')
    await story.copy.reconcile()
    const lacking = altering<unknown[]>(/\/alpha\/pulls\?/, (pulls) => pulls.slice(1))
    story.spoil((path, answer) => {
      const { headers, ...rest } = lacking(path, answer)
      return { ...rest, headers: path.includes('/alpha/pulls?') ? { ...headers, 'x-total-count': '1' } : headers }
    })
    expect((await story.copy.reconcile()).warnings).toEqual([expect.stringContaining('lacks #1')])
    expect(story.copy.pull(alpha, 1)).toMatchObject({ state: 'open' })
  })

  test('head_sha is what the pull’s own ref holds, also when its branch went on after it was closed', async () => {
    using story = tellOfTwo(dialect)
    const number = story.pull(alpha, 'topic')
    const head = story.world.tip(alpha, 'topic')
    story.world.close(alpha, number)
    const later = story.push(alpha, 'topic')
    expect(await swept(story, alpha, number)).toMatchObject({ state: 'closed', head_sha: head })
    expect(story.copy.branch(alpha, 'topic')).toMatchObject({ head_sha: later })
  })

  test('fault 11, 12, 13: a merged pull supersedes what it names, in meta too, and three sweeps later nothing has flapped', async () => {
    using story = tellOfTwo(dialect)
    for (const repo of ['rfcs/meta', alpha]) {
      const branch = (name: string) => (repo === alpha ? name : `edit/beta/${name}`)
      story.pull(repo, branch('first'))
      story.pull(repo, branch('second'), { body: 'Better.\n\nSupersedes: #1\nSupersedes: #3\nSupersedes: #2\n' })
      story.pull(repo, branch('third'))
      story.clock.pass(60)
      story.world.merge(repo, 2)
    }
    story.pull('rfcs/meta', 'claim/alpha')
    const elsewhere = story.pull('rfcs/meta', 'edit/beta/fifth', { body: 'Supersedes: #4' })
    story.world.merge('rfcs/meta', elsewhere)
    const told = () => story.copy.all('SELECT seq FROM changes')
    await story.copy.reconcile()
    const first = told()
    for (let sweep = 0; sweep < 3; sweep++) {
      for (const repo of ['rfcs/meta', alpha]) {
        const { merged_at } = story.copy.pull(repo, 2)
        expect(story.copy.pull(repo, 1)).toMatchObject({
          state: 'closed',
          closed_at: merged_at,
          superseded_by_pr_number: 2,
          upstream_state: 'open',
        })
        expect(story.copy.pull(repo, 3)).toMatchObject({ state: 'open', superseded_by_pr_number: null })
      }
      expect(story.copy.pull('rfcs/meta', 4)).toMatchObject({
        rfc_slug: 'alpha',
        state: 'open',
        superseded_by_pr_number: null,
      })
      story.clock.pass(600)
      await story.copy.reconcile()
    }
    expect(told()).toEqual(first)
  })

  test('fault 29: what a pull meant is taken back when Gitea takes it back: reopened, or superseded no more', async () => {
    using story = tellOfTwo(dialect)
    const first = story.pull(alpha, 'first')
    const second = story.pull(alpha, 'second', { body: `Supersedes: #${first}` })
    story.world.merge(alpha, second)
    expect(await swept(story, alpha, first)).toMatchObject({ state: 'closed', superseded_by_pr_number: second })
    story.clock.pass(10)
    story.world.rewrite(alpha, second, 'Not any more.')
    expect(await swept(story, alpha, first)).toMatchObject({
      state: 'open',
      superseded_by_pr_number: null,
      closed_at: null,
    })
  })

  test('fault 28: a retargeted, a renamed and a re-slugged pull are what a copy made afresh shows', async () => {
    using story = tellOfTwo(dialect)
    for (const repo of ['rfcs/meta', alpha]) story.world.branch(repo, 'side')
    const retargeted = story.pull('rfcs/meta', 'claim/beta')
    const own = story.pull(alpha, 'topic')
    const renamed = story.pull('rfcs/meta', 'edit-beta-0a1b2c')
    await story.copy.reconcile()
    story.clock.pass(10)
    story.world.retarget('rfcs/meta', retargeted, 'side')
    story.world.retarget(alpha, own, 'side')
    story.world.renameBranch('rfcs/meta', 'edit-beta-0a1b2c', 'metadata/alpha')
    expect(await swept(story, 'rfcs/meta', renamed)).toMatchObject({
      rfc_slug: 'alpha',
      pr_kind: 'meta_metadata',
      head_branch: 'metadata/alpha',
    })
    expect(story.copy.pull('rfcs/meta', retargeted)).toMatchObject({ state: 'deleted' })
    expect(story.copy.pull(alpha, own)).toMatchObject({ state: 'open', base_branch: 'side' })
    story.clock.pass(10)
    story.world.retarget('rfcs/meta', retargeted, 'main')
    expect(await swept(story, 'rfcs/meta', retargeted)).toMatchObject({ state: 'open', base_branch: 'main' })
  })

  test('fault 39, F22: a fork’s pull is nobody’s in meta whatever its branch is called, and keeps its label when the fork is gone', async () => {
    using story = tellOfTwo(dialect)
    for (const repo of ['rfcs/meta', alpha]) {
      const fork = repo.replace('rfcs', 'mallory')
      story.world.fork(repo, 'mallory')
      story.push(fork, 'edit-beta-0a1b2c', 'mallory')
      story.world.openPull(repo, 'mallory:edit-beta-0a1b2c', { by: 'mallory' })
    }
    expect(await swept(story, 'rfcs/meta', 1)).toEqual({})
    const theirs = { from_fork: 1, head_branch: 'edit-beta-0a1b2c', opened_by: 'mallory', opened_by_source: 'login' }
    expect(story.copy.pull(alpha, 1)).toMatchObject(theirs)
    const { head_sha } = story.copy.pull(alpha, 1)
    story.world.deleteRepo('mallory/alpha')
    expect(await swept(story, alpha, 1)).toMatchObject({ ...theirs, head_sha })
  })

  test('an AGit pull has no branch: nobody’s in meta, and named by its ref in an own repository', async () => {
    using story = tellOfTwo(dialect)
    for (const repo of ['rfcs/meta', alpha]) {
      const commit = story.world.writeCommit(repo, 'main', { 'a.txt': 'a' }, { by: 'bob' })
      story.world.openAgitPull(repo, commit, { by: 'bob' })
    }
    expect(await swept(story, alpha, 1)).toMatchObject({
      head_branch: 'refs/pull/1/head',
      from_fork: 0,
      opened_by: 'bob',
    })
    expect(story.copy.pull('rfcs/meta', 1)).toEqual({})
  })

  test('fault 6: a deleted user’s pull is Ghost’s and not the bot’s, and its trailer names nobody', async () => {
    using story = tellOfTwo(dialect)
    story.pull(alpha, 'topic', { by: 'bob', body: 'On-behalf-of: Mallory <mallory>' })
    story.world.deleteUser('bob')
    const ghost = { opened_by: 'Ghost', opened_by_source: 'login', opener_is_bot: 0, trailer_actor: null }
    expect(await swept(story, alpha, 1)).toMatchObject(ghost)
    story.spoil(
      altering<{ user: unknown }[]>(/\/alpha\/pulls\?/, (pulls) => pulls.map((pull) => ({ ...pull, user: null }))),
    )
    const fresh = story.newCopy()
    await fresh.reconcile()
    expect(fresh.pull(alpha, 1)).toMatchObject(ghost)
  })

  test('the pulls unit switched off: rows stay, a warning is new once, and with the unit on again all is as it was', async () => {
    using story = tellOfTwo(dialect)
    story.pull(alpha, 'topic')
    await story.copy.reconcile()
    story.world.changeRepo(alpha, { hasPulls: false })
    const words = `The pull requests of ${alpha} are switched off in Gitea: the rows there are stay as they are.`
    expect(await story.copy.reconcile()).toMatchObject({ warnings: [words], newWarnings: 1 })
    expect(await story.copy.reconcile()).toMatchObject({ warnings: [words], newWarnings: 0 })
    expect(story.copy.pull(alpha, 1)).toMatchObject({ state: 'open' })
    story.world.changeRepo(alpha, { hasPulls: true })
    story.world.close(alpha, 1)
    expect(await story.copy.reconcile()).toMatchObject({ warnings: [] })
    expect(story.copy.pull(alpha, 1)).toMatchObject({ state: 'closed' })
  })
})

test('pulls that are not to be seen for a moment are not taken for switched off', async () => {
  using story = tellOfTwo()
  story.pull(alpha, 'topic')
  await story.copy.reconcile()
  story.fake.fail(({ path }) => (path.includes('/alpha/pulls') ? { kind: 'status', status: 404 } : undefined))
  expect((await story.copy.reconcile()).warnings).toEqual([expect.stringContaining('are not to be seen')])
})

test('fault 6: the bot is known by its login whatever its case', async () => {
  using story = tellOfTwo()
  story.pull(alpha, 'topic', { body: 'On-behalf-of: Alice <alice>' })
  story.world.renameUser('rfc-bot', 'RFC-Bot')
  expect(await swept(story, alpha, 1)).toMatchObject({
    opener_login: 'RFC-Bot',
    opened_by: 'alice',
    opened_by_source: 'trailer',
  })
})

describe('fault 5, 7, F27: who is named above the last block of trailers', () => {
  test.each([
    ['in a quote', '> On-behalf-of: Mallory <mallory>\n\nOn-behalf-of: Alice <alice>\n', 'alice', 'trailer'],
    [
      'in a code block',
      '```\nOn-behalf-of: Mallory <mallory>\n```\n\nOn-behalf-of: Alice <alice>\n',
      'alice',
      'trailer',
    ],
    [
      'in a block of their own',
      'On-behalf-of: Mallory <mallory>\n\nPitch.\n\nOn-behalf-of: Alice <alice>\n',
      'alice',
      'trailer',
    ],
    ['in an HTML comment', '<!--\nOn-behalf-of: Mallory <mallory>\n-->\n\nPitch.\n', 'rfc-bot', 'bot'],
    [
      'beside the real one',
      'Pitch.\n\nOn-behalf-of: Mallory <mallory>\nOn-behalf-of: Alice <alice>\n',
      'rfc-bot',
      'bot',
    ],
  ])('%s does not count', async (_where, body, opened_by, opened_by_source) => {
    using story = tellOfTwo()
    const number = story.pull('rfcs/meta', 'propose/newcomer', { body })
    expect(await swept(story, 'rfcs/meta', number)).toMatchObject({
      opened_by,
      opened_by_source,
      rfc_slug: 'newcomer',
      pr_kind: 'idea',
    })
  })
})

describe('what the application notes in `actions`', () => {
  const table = `CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT NOT NULL, rfc_slug TEXT, pr_number INTEGER,
    on_behalf_of TEXT, repo TEXT, created_at TEXT)`
  const note = (
    { copy, clock }: Story,
    kind: string,
    slug: string,
    number: number,
    who: string,
    repo: string | null = null,
  ) =>
    copy.write(`INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at) VALUES
      ('${kind}', '${slug}', ${number}, '${who}', ${repo === null ? 'NULL' : `'${repo}'`}, '${new Date(clock.now()).toISOString()}')`)

  test('fault 8: of meta’s pull 1 says nothing of pull 1 in the RFC’s own repository', async () => {
    using story = tellOfTwo()
    story.copy.write(table)
    story.pull('rfcs/meta', 'claim/alpha')
    story.pull(alpha, 'topic')
    note(story, 'open_claim_pr', 'alpha', 1, 'carol', 'rfcs/meta')
    note(story, 'withdraw_claim_pr', 'alpha', 1, 'carol', 'rfcs/meta')
    story.world.close('rfcs/meta', 1)
    story.world.close(alpha, 1)
    expect(await swept(story, 'rfcs/meta', 1)).toMatchObject({
      opened_by: 'carol',
      opened_by_source: 'actions',
      state: 'withdrawn',
    })
    expect(story.copy.pull(alpha, 1)).toMatchObject({ opened_by: 'rfc-bot', opened_by_source: 'bot', state: 'closed' })
  })

  test('fault 9, 10: makes a closed claim withdrawn, but not one that was reopened and closed by a maintainer later', async () => {
    using story = tellOfTwo()
    story.copy.write(table)
    story.pull('rfcs/meta', 'claim/beta')
    note(story, 'withdraw_claim_pr', 'beta', 1, 'carol', 'rfcs/meta')
    story.world.close('rfcs/meta', 1)
    expect(await swept(story, 'rfcs/meta', 1)).toMatchObject({ state: 'withdrawn', upstream_state: 'closed' })
    story.clock.pass(3600)
    story.world.reopen('rfcs/meta', 1)
    expect(await swept(story, 'rfcs/meta', 1)).toMatchObject({ state: 'open' })
    story.clock.pass(3600)
    story.world.close('rfcs/meta', 1)
    expect(await swept(story, 'rfcs/meta', 1)).toMatchObject({ state: 'closed' })
  })

  test('fault 50, F26: counts the moment it is written, late as it may be, and no sweep goes back behind it', async () => {
    using story = tellOfTwo()
    story.copy.write(table)
    story.pull('rfcs/meta', 'edit/beta/x', { body: 'On-behalf-of: Alice <alice>' })
    expect(await swept(story, 'rfcs/meta', 1)).toMatchObject({ opened_by: 'alice', opened_by_source: 'trailer' })
    note(story, 'open_body_edit_pr', 'beta', 1, 'carol')
    expect(story.copy.pull('rfcs/meta', 1)).toMatchObject({ opened_by: 'carol', opened_by_source: 'actions' })
    story.world.rewrite('rfcs/meta', 1, 'On-behalf-of: Mallory <mallory>')
    expect(await swept(story, 'rfcs/meta', 1)).toMatchObject({ opened_by: 'carol', trailer_actor: 'mallory' })
  })
})

describe('fault 24: of a repository with more pulls than a page holds', () => {
  test('every one is there; when a page is short, or the total lies, none is deleted', async () => {
    using story = tellOfTwo()
    for (let at = 1; at <= 120; at++) story.pull(alpha, `topic-${at}`)
    await story.copy.reconcile()
    expect(story.copy.all("SELECT 1 FROM cached_prs WHERE state = 'open'")).toHaveLength(120)
    for (const fault of [{ kind: 'short', keep: 10 }, { kind: 'total', total: 70 }, { kind: 'nulls' }] as const) {
      story.fake.fail(({ path }) => (path.includes('/alpha/pulls') && path.includes('page=2') ? fault : undefined))
      const { warnings } = await story.copy.reconcile()
      expect(warnings, fault.kind).toHaveLength(1)
      expect(story.copy.all("SELECT 1 FROM cached_prs WHERE state = 'open'")).toHaveLength(120)
      // Where nothing is held yet, nothing but the count tells that some are missing.
      expect((await story.newCopy().reconcile()).warnings, fault.kind).toHaveLength(1)
    }
  })

  test('fault 23: one walk lists them all, so that a pull closed or reopened meanwhile is in it once', async () => {
    using story = tellOfTwo()
    for (let at = 1; at <= 70; at++) story.pull(alpha, `topic-${at}`)
    story.world.close(alpha, 10)
    story.spoil((path, answer) => {
      if (/\/alpha\/pulls.*page=1$/.test(path) && story.world.pull(alpha, 10).closed) {
        story.world.reopen(alpha, 10)
        story.world.close(alpha, 60)
      }
      return answer
    })
    await story.copy.reconcile()
    const lists = story.copy.asked().filter((path) => path.includes('/alpha/pulls?'))
    expect(lists.filter((path) => !path.includes('state=all'))).toEqual([])
    expect(story.copy.all('SELECT 1 FROM cached_prs')).toHaveLength(70)
    await story.copy.reconcile()
    expect(story.copy.pull(alpha, 10)).toMatchObject({ state: 'open' })
    expect(story.copy.pull(alpha, 60)).toMatchObject({ state: 'closed' })
  })
})

test('fault 27: a pull that Gitea cannot show (null) stops nothing else: the other repositories, and this one’s branches and document, go on', async () => {
  using story = tellOfTwo()
  story.pull(alpha, 'topic')
  await story.copy.reconcile()
  story.spoil(altering<unknown[]>(/\/alpha\/pulls\?/, (pulls) => pulls.map(() => null)))
  story.push(alpha, 'another')
  story.world.commit(alpha, 'main', { 'RFC.md': '# New\n' })
  story.write({ 'rfcs/beta.md': entry('beta', { title: 'New' }) })
  const { warnings } = await story.copy.reconcile()
  expect(warnings).toEqual([expect.stringContaining('null')])
  expect(story.copy.rfc('beta')).toMatchObject({ title: 'New' })
  expect(story.copy.pull(alpha, 1)).toMatchObject({ state: 'open' })
  expect(story.copy.branch(alpha, 'another')).toMatchObject({ state: 'open' })
  expect(story.copy.rfc('alpha')).toMatchObject({ body: '# New\n' })
})

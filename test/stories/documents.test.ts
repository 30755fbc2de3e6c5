import { describe, expect, test } from 'vitest'
import { active, dialects, entry, type Spoiler, type Story, tellStory } from './story.ts'

function tellOfAlpha(dialect?: Parameters<typeof tellStory>[0]): Story {
  const story = tellStory(dialect)
  story.write({ 'rfcs/alpha.md': active('alpha', {}) })
  story.repo('alpha', '\ufeff# The document\r\n')
  return story
}

describe.each(dialects)('on %s', (dialect) => {
  test('fault 3: entry and document never take turns: an active RFC shows its document, whichever of the two was read last', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    const shown = {
      body: '\ufeff# The document\r\n',
      entry_body: 'About alpha.\n',
      document_body: '\ufeff# The document\r\n',
    }
    expect(story.copy.rfc('alpha')).toMatchObject(shown)
    const bodies = watchBodies(story)
    story.write({ 'rfcs/alpha.md': active('alpha', { title: 'New' }) })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'New', ...shown })
    story.write({ 'rfcs/alpha.md': active('alpha', { title: 'Newer' }) })
    story.fake.fail(({ path }) => (path.includes('/repos/rfcs/alpha/') ? { kind: 'status', status: 500 } : undefined))
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Newer', ...shown })
    expect([...bodies]).toEqual([shown.body])
  })

  test('fault 3: which of the two is shown is the state’s word alone', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    for (const state of ['withdrawn', 'active', 'archived', 'super-draft', 'active']) {
      story.write({ 'rfcs/alpha.md': active('alpha', { state }) })
      await story.copy.reconcile()
      const { body, body_sha, entry_sha, document_sha } = story.copy.rfc('alpha')
      expect(body).toBe(state === 'active' ? '\ufeff# The document\r\n' : 'About alpha.\n')
      expect(body_sha).toBe(state === 'active' ? document_sha : entry_sha)
    }
  })

  test('fault 52: a document that is deleted is no document, one that is only hidden for a moment stays', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    story.push('rfcs/alpha', 'main')
    story.fake.fail(({ path }) => (path.includes('/raw/RFC.md') ? { kind: 'status', status: 404 } : undefined))
    expect((await story.copy.reconcile()).warnings).toHaveLength(1)
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '\ufeff# The document\r\n' })
    story.fake.fail(undefined)
    story.world.commit('rfcs/alpha', 'main', { 'RFC.md': null })
    expect((await story.copy.reconcile()).warnings).toEqual([])
    expect(story.copy.rfc('alpha')).toMatchObject({ document_body: null, document_sha: null, body: 'About alpha.\n' })
  })

  test('fault 52: a default branch that got another name just when the repository cannot be asked leaves the document as it was', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    const { id } = story.world.repo('rfcs/alpha')
    // The listing still shows the old name, as it was read before; asked alone, the repository is not to be seen.
    story.fake.fail(({ path }) => (path.includes(`/repositories/${id}`) ? { kind: 'status', status: 404 } : undefined))
    story.spoil((path, answer) => {
      if (path.startsWith('/repos/search')) story.world.renameBranch('rfcs/alpha', 'main', 'trunk')
      return answer
    })
    expect((await story.copy.reconcile()).warnings).toHaveLength(1)
    expect(story.copy.rfc('alpha')).toMatchObject({
      body: '\ufeff# The document\r\n',
      document_body: '\ufeff# The document\r\n',
    })
    story.spoil()
    story.fake.fail(undefined)
    expect((await story.copy.reconcile()).warnings).toEqual([])
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '\ufeff# The document\r\n' })
    expect(story.copy.branch('rfcs/alpha', 'trunk')).toMatchObject({ state: 'open' })
  })

  test('fault 52: a default branch that had another name only while the refs were listed leaves the document as it was', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    const rename = (from: string, to: string) => story.world.renameBranch('rfcs/alpha', from, to)
    story.spoil((path, answer) => {
      if (path.startsWith('/repos/search')) rename('main', 'trunk')
      if (path.startsWith('/repos/rfcs/alpha/git/refs')) rename('trunk', 'main')
      return answer
    })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '\ufeff# The document\r\n' })
    story.spoil()
    expect((await story.copy.reconcile()).warnings).toEqual([])
    expect(story.copy.rfc('alpha')).toMatchObject({ body: '\ufeff# The document\r\n' })
  })

  test('fault 52: a default branch whose new name git shows before Gitea itself does leaves the document as it was', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    story.world.renameBranch('rfcs/alpha', 'main', 'trunk')
    const bodies = new Set<unknown>()
    const writtenAt = story.clock.now() + 500
    const late: Spoiler = (_path, { body, ...answer }) => ({
      ...answer,
      body: Buffer.from(Buffer.from(body).toString().replaceAll('"default_branch":"trunk"', '"default_branch":"main"')),
    })
    story.spoil((path, answer) => {
      bodies.add(story.copy.rfc('alpha').body)
      return story.clock.now() < writtenAt ? late(path, answer) : answer
    })
    expect((await story.copy.reconcile()).warnings).toEqual([])
    bodies.add(story.copy.rfc('alpha').body)
    expect([...bodies]).toEqual(['\ufeff# The document\r\n'])
    expect(story.copy.branch('rfcs/alpha', 'trunk')).toMatchObject({ state: 'open' })
  })

  test('fault 45: what is read for an RFC that stops following meanwhile is not written', async () => {
    using story = tellOfAlpha(dialect)
    await story.copy.reconcile()
    story.world.commit('rfcs/alpha', 'main', { 'RFC.md': '# Too late\n' })
    story.spoil((path, answer) => {
      if (path.includes('/raw/RFC.md'))
        story.copy.write(`UPDATE repos SET rfc_slug = NULL WHERE full_name = 'rfcs/alpha';
          UPDATE cached_branches SET state = 'deleted' WHERE repo = 'rfcs/alpha'`)
      return answer
    })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha').body).not.toBe('# Too late\n')
    expect(story.copy.branch('rfcs/alpha', 'main')).toMatchObject({ state: 'deleted' })
  })
})

test('a super-draft’s repository is not followed, and is from the sweep on in which it graduates', async () => {
  using story = tellStory()
  story.repo('beta')
  story.write({ 'rfcs/beta.md': entry('beta', { repo: 'rfcs/beta' }) })
  await story.copy.reconcile()
  expect(story.copy.asked().filter((path) => path.includes('/rfcs/beta/'))).toEqual([])
  expect(story.copy.rfc('beta')).toMatchObject({ body: 'About beta.\n', document_body: null, problem: null })
  story.write({ 'rfcs/beta.md': active('beta') })
  await story.copy.reconcile()
  expect(story.copy.rfc('beta')).toMatchObject({ body: '# beta\n', last_main_commit_at: '2026-11-22T10:01:00Z' })
})

/** Every body that a reader of alpha's row sees while answers come in. */
function watchBodies(story: Story): Set<unknown> {
  const bodies = new Set<unknown>()
  story.spoil((_path, answer) => {
    bodies.add(story.copy.rfc('alpha').body)
    return answer
  })
  return bodies
}

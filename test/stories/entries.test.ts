import { describe, expect, test } from 'vitest'
import { active, altering, dialects, entry, type Story, tellStory } from './story.ts'

function slugs({ copy }: Story) {
  return copy.all('SELECT slug FROM cached_rfcs WHERE removed_at IS NULL ORDER BY slug').map(({ slug }) => slug)
}

describe.each(dialects)('on %s', (dialect) => {
  test('fault 14, 32: an entry that is gone is marked, follows nothing any more, keeps its words, and can come back', async () => {
    using story = tellStory(dialect)
    const text = active('alpha')
    story.write({ 'rfcs/alpha.md': text, 'rfcs/beta.md': entry('beta') })
    story.repo('alpha')
    story.pull('rfcs/alpha', 'topic')
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': null, 'rfcs/beta.md': null })
    for (let sweep = 0; sweep < 2; sweep++) {
      story.copy.asked()
      await story.copy.reconcile()
      expect(story.copy.rfc('alpha')).toMatchObject({ state: 'active', title: 'The alpha' })
      expect(story.copy.rfc('alpha').removed_at).toMatch(/^2026-11-22T/)
      expect(story.copy.pull('rfcs/alpha', 1)).toMatchObject({ state: 'deleted' })
      expect(story.copy.branch('rfcs/alpha', 'topic')).toMatchObject({ state: 'deleted' })
      expect(story.copy.branch('rfcs/meta', 'main')).toEqual({})
    }
    expect(story.copy.asked().filter((path) => path.includes('/alpha/'))).toEqual([])
    story.write({ 'rfcs/alpha.md': text })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ removed_at: null, body: '# alpha\n' })
    expect(story.copy.pull('rfcs/alpha', 1)).toMatchObject({ state: 'open' })
  })

  test('fault 15, F23: a changed slug moves the row and all that hangs on it; a moved file moves nothing but its path', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/alpha.md': active('alpha') })
    story.repo('alpha')
    story.pull('rfcs/alpha', 'topic')
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': active('omega', { repo: 'rfcs/alpha' }) })
    await story.copy.reconcile()
    expect(slugs(story)).toEqual(['omega'])
    expect(story.copy.rfc('omega')).toMatchObject({
      body: '# alpha\n',
      problem: expect.stringContaining('rename the file to omega.md'),
    })
    expect(story.copy.pull('rfcs/alpha', 1)).toMatchObject({ rfc_slug: 'omega', state: 'open' })
    const states = () =>
      story.copy.all("SELECT rfc_slug, state FROM cached_branches WHERE branch_name = 'topic' ORDER BY rfc_slug")
    expect(states()).toEqual([
      { rfc_slug: 'alpha', state: 'deleted' },
      { rfc_slug: 'omega', state: 'open' },
    ])
    const text = active('omega', { repo: 'rfcs/alpha' })
    story.write({ 'rfcs/alpha.md': null, 'rfcs/omega.md': text })
    await story.copy.reconcile()
    expect(story.copy.rfc('omega')).toMatchObject({ entry_path: 'rfcs/omega.md', problem: null, removed_at: null })
    expect(states()).toEqual([
      { rfc_slug: 'alpha', state: 'deleted' },
      { rfc_slug: 'omega', state: 'open' },
    ])
  })

  test('fault 16: of two files that claim a slug the one named after it has the row, whatever the order they come in', async () => {
    using story = tellStory(dialect)
    story.write({
      'rfcs/aa.md': entry('alpha', { title: 'Early', id: '7' }),
      'rfcs/zz.md': entry('alpha', { title: 'Late', id: '7' }),
    })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Early', entry_path: 'rfcs/aa.md' })
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'Named', id: '7' }) })
    const { problems } = await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Named', entry_path: 'rfcs/alpha.md', problem: null })
    expect(problems.map(({ path }) => path)).toEqual(['rfcs/aa.md', 'rfcs/zz.md'])
    const { updated_at } = story.copy.rfc('alpha')
    story.write({ 'rfcs/aa.md': entry('alpha', { title: 'Earlier' }) })
    await story.copy.reconcile()
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Named', updated_at })
    story.write({ 'rfcs/alpha.md': null })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Earlier', entry_path: 'rfcs/aa.md', removed_at: null })
  })

  test('fault 17, F24: a file that breaks keeps its last good row and all that hangs on it, with a problem that is new once', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/beta.md': entry('beta') })
    story.repo('alpha')
    story.pull('rfcs/alpha', 'topic')
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': 'Nothing of front matter.\n', 'rfcs/never.md': '---\nslug: [\n---\n' })
    expect(await story.copy.reconcile()).toMatchObject({ newProblems: 2 })
    expect(story.copy.rfc('alpha')).toMatchObject({
      title: 'The alpha',
      state: 'active',
      removed_at: null,
      body: '# alpha\n',
    })
    expect(story.copy.rfc('alpha').problem).toContain('does not begin with front matter')
    expect(story.copy.pull('rfcs/alpha', 1)).toMatchObject({ state: 'open' })
    const standing = await story.copy.reconcile()
    expect(standing).toMatchObject({ newProblems: 0, newWarnings: 0 })
    expect(standing.problems.map(({ path }) => path)).toEqual(['rfcs/alpha.md', 'rfcs/never.md'])
    story.world.commit('rfcs/alpha', 'main', { 'RFC.md': '# Later\n' })
    await story.copy.reconcile({ rebuild: true })
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'The alpha', body: '# Later\n' })
    story.write({ 'rfcs/alpha.md': active('alpha', { title: 'Mended' }), 'rfcs/never.md': null })
    expect(await story.copy.reconcile()).toMatchObject({ problems: [] })
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Mended', problem: null })
  })

  test('fault 20, F19: all is read at one commit, also when the branch moves on between the listing and the texts', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'One' }), 'rfcs/beta.md': entry('beta', { title: 'One' }) })
    story.spoil((path, answer) => {
      if (/\/meta\/git\/trees\//.test(path)) {
        story.spoil()
        story.write({
          'rfcs/alpha.md': entry('alpha', { title: 'Two' }),
          'rfcs/beta.md': entry('beta', { title: 'Two' }),
        })
      }
      return answer
    })
    await story.copy.reconcile()
    expect(story.copy.all('SELECT DISTINCT title FROM cached_rfcs')).toHaveLength(1)
    const reads = story.copy.asked().filter((path) => /contents|raw|archive|trees/.test(path))
    expect(reads.filter((path) => !/[0-9a-f]{40}/.test(path))).toEqual([])
    await story.copy.reconcile()
    expect(story.copy.all('SELECT DISTINCT title FROM cached_rfcs')).toEqual([{ title: 'Two' }])
  })

  test('fault 20: a text that is not the one listed is not taken: the blob itself is asked for', async () => {
    using story = tellStory(dialect)
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'Listed' }) })
    const content = Buffer.from(entry('alpha', { title: 'Another' })).toString('base64')
    const another = (file: object) => ({ ...file, content })
    const spoiled = altering<object | object[]>(/contents[/?]/, (files) =>
      Array.isArray(files) ? files.map(another) : another(files),
    )
    story.spoil(spoiled)
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'Listed' })
  })

  test('a file put back to the blob it had is dated by its last commit', async () => {
    using story = tellStory(dialect)
    const text = entry('alpha')
    story.write({ 'rfcs/alpha.md': text })
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'Not for long' }) })
    story.write({ 'rfcs/alpha.md': text })
    await story.copy.reconcile()
    expect(story.copy.rfc('alpha')).toMatchObject({ title: 'The alpha', last_entry_commit_at: '2026-11-22T10:03:00Z' })
  })
})

describe('F23, F24: hostile entries', () => {
  const fine = { state: 'super-draft' }
  const aliases = (count: number) => `[${Array.from({ length: count }, () => '*x').join(', ')}]`
  const bomb = Array.from(
    { length: 9 },
    (_, at) => `l${at + 1}: &l${at + 1} [${Array.from({ length: 9 }, () => `*l${at}`).join(', ')}]`,
  )
  const unreadable: [string, string | Buffer][] = [
    ['bad YAML', '---\nslug: alpha\ntitle: [unclosed\n---\n'],
    ['duplicate keys', '---\nslug: alpha\ntitle: a\ntitle: b\n---\n'],
    ['more than 50 aliases', `---\nslug: alpha\na: &x one\ntags: ${aliases(51)}\n---\n`],
    ['a bomb of aliases', `---\nslug: alpha\nl0: &l0 [lol, lol]\n${bomb.join('\n')}\n---\n`],
    ['code for front matter', '---js\nmodule.exports = process.exit(9)\n---\nslug: alpha\n'],
    ['JSON for front matter', '---json\n{"slug": "alpha"}\n---\n'],
    ['no front matter', 'slug: alpha\n'],
    ['front matter without an end', '---\nslug: alpha\ntitle: never ends\n'],
    ['no slug', '---\ntitle: Without\n---\n'],
    ['a slug that is a path', '---\nslug: ../alpha\n---\n'],
    ['a slug that is a list', '---\nslug: [alpha]\n---\n'],
    ['a NUL', Buffer.from('---\nslug: alpha\n---\nbefore\0after\n')],
    ['a NUL in its YAML', '---\nslug: alpha\ntitle: "a\\0b"\n---\n'],
    ['more than 4 MiB', Buffer.concat([Buffer.from(entry('alpha')), Buffer.alloc(4 * 1024 * 1024, 120)])],
    ['nothing', ''],
    ['a link in its place', Buffer.alloc(0)],
  ]

  test.each(unreadable.slice(0, -1))('%s: the last good row stays, the sweep goes on', async (_what, bytes) => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': entry('alpha', { title: 'Good', ...fine }) })
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': bytes, 'rfcs/beta.md': entry('beta') })
    const { problems, newProblems, warnings } = await story.copy.reconcile()
    expect({ problems, newProblems, warnings }).toEqual({
      problems: [{ path: 'rfcs/alpha.md', message: expect.any(String) }],
      newProblems: 1,
      warnings: [],
    })
    expect(story.copy.rfc('alpha')).toMatchObject({
      title: 'Good',
      body: 'About alpha.\n',
      removed_at: null,
      problem: problems[0]?.message ?? '',
    })
    expect(slugs(story)).toEqual(['alpha', 'beta'])
  })

  test.each(unreadable.slice(0, -1))(
    '%s: where no good row ever was there is none, and the job names the file',
    async (_what, bytes) => {
      using story = tellStory()
      story.write({ 'rfcs/alpha.md': bytes, 'rfcs/beta.md': entry('beta') })
      expect((await story.copy.reconcile()).problems.map(({ path }) => path)).toEqual(['rfcs/alpha.md'])
      expect(slugs(story)).toEqual(['beta'])
    },
  )

  test('what is no regular file, no .md, hidden, a template or a README is no entry', async () => {
    using story = tellStory()
    const text = entry('hidden')
    story.write({
      'rfcs/.hidden.md': text,
      'rfcs/_template.md': text,
      'rfcs/ReadMe.md': text,
      'rfcs/upper.MD': text,
      'rfcs/notes.txt': text,
      'rfcs/sub/inner.md': text,
      'rfcs/link.md': { symlink: 'program.md' },
      'rfcs/module.md': { submodule: 'a'.repeat(40) },
      'rfcs/program.md': { executable: entry('program') },
      'hidden.md': text,
    })
    expect(await story.copy.reconcile()).toMatchObject({ problems: [], warnings: [] })
    expect(slugs(story)).toEqual(['program'])
  })

  test('an entry that becomes a link is gone', async () => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': entry('alpha'), 'rfcs/beta.md': entry('beta') })
    await story.copy.reconcile()
    story.write({ 'rfcs/alpha.md': { symlink: 'beta.md' } })
    await story.copy.reconcile()
    expect(slugs(story)).toEqual(['beta'])
  })

  test('odd but honest ones are read: BOM, CRLF, broken UTF-8, words that look like dates, numbers and booleans', async () => {
    using story = tellStory()
    const bytes = Buffer.concat([
      Buffer.from('\ufeff---\r\nslug: alpha\r\ntitle: caf'),
      Buffer.from([0xe9]),
      Buffer.from(
        '\r\nstate: yes\r\nid: 0042\r\nproposed_at: 2026-05-24\r\nowners: alice\r\narbiters: []\r\ntags: [1, no, 2026-01-01]\r\n---\r\none\r\n',
      ),
    ])
    story.write({ 'rfcs/alpha.md': bytes })
    expect(await story.copy.reconcile()).toMatchObject({ problems: [] })
    expect(story.copy.rfc('alpha')).toMatchObject({
      title: 'caf\ufffd',
      state: 'yes',
      rfc_id: '0042',
      proposed_at: '2026-05-24',
      owners_json: '["alice"]',
      arbiters_json: '[]',
      tags_json: '["1","no","2026-01-01"]',
      body: 'one\r\n',
    })
  })

  test.each(dialects)('names that need care in a URL or a pathspec are read and dated on %s', async (dialect) => {
    using story = tellStory(dialect)
    const names = ['a[1]*.md', 'with space.md', 'ünï#%41+&=?.md', ':colon.md', '-dash.md', 'quote\'".md']
    for (const [at, name] of names.entries()) story.write({ [`rfcs/${name}`]: entry(`odd-${at}`) })
    expect((await story.copy.reconcile()).warnings).toEqual([])
    const rows = story.copy.all('SELECT entry_path, last_entry_commit_at FROM cached_rfcs ORDER BY slug')
    expect(rows).toEqual(
      names.map((name, at) => ({ entry_path: `rfcs/${name}`, last_entry_commit_at: `2026-11-22T10:0${at + 1}:00Z` })),
    )
  })
})

describe('fault 18: one text that cannot be read', () => {
  const failing = /\/git\/blobs\/|\/contents\/rfcs\/bad\.md/

  test.each(dialects)(
    'holds up neither the other entries nor anything else on %s, and is read when it can be',
    async (dialect) => {
      using story = tellStory(dialect)
      story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/bad.md': entry('bad', { title: 'First' }) })
      story.repo('alpha')
      await story.copy.reconcile()
      story.write({ 'rfcs/bad.md': entry('bad', { title: 'Second' }), 'rfcs/beta.md': entry('beta') })
      story.pull('rfcs/meta', 'claim/beta')
      const hidden = altering<({ path: string } | null)[]>(/file-contents/, (items) =>
        items.map((item) => (item?.path === 'rfcs/bad.md' ? null : item)),
      )
      story.spoil((path, answer) => (failing.test(path) ? { ...answer, status: 500 } : hidden(path, answer)))
      const { warnings } = await story.copy.reconcile()
      expect(warnings).toContainEqual(expect.stringMatching(/^meta-entries was not refreshed: /))
      expect(story.copy.pull('rfcs/meta', 1)).toMatchObject({ state: 'open' })
      expect(story.copy.rfc('bad')).toMatchObject({ title: 'First', removed_at: null })
      expect(slugs(story)).toEqual(['alpha', 'bad', 'beta'])
      story.spoil()
      expect((await story.copy.reconcile()).warnings).toEqual([])
      expect(story.copy.rfc('bad')).toMatchObject({ title: 'Second' })
    },
  )
})

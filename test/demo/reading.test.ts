import { describe, expect, test } from 'vitest'
import { dialects, madeFake } from './fake.ts'

/** An organisation with a repository of one commit, and the token of its owner. */
function small(dialect: (typeof dialects)[number]) {
  const made = madeFake(dialect)
  made.world.user('bot')
  made.world.organization('rfcs', 'bot')
  made.world.createRepo('rfcs/meta')
  made.world.commit('rfcs/meta', 'main', { 'README.md': '# meta\n', 'rfcs/a.md': 'a' })
  return { ...made, token: made.world.token('bot') }
}

describe.each(dialects)('on %s', (dialect) => {
  test('a list is cut into pages of fifty at most, with links to the others', async () => {
    const { world, ask, token } = small(dialect)
    for (let number = 0; number < 119; number += 1) world.createRepo(`rfcs/r${number}`)
    const first = await ask('/orgs/rfcs/repos?limit=500', { token })
    expect(first.json).toHaveLength(50)
    expect(first.headers).toMatchObject({
      'x-total-count': '120',
      link: expect.stringContaining('page=2>; rel="next"'),
    })
    expect(first.headers.link).toContain('limit=500&page=3>; rel="last"')
    const last = await ask('/orgs/rfcs/repos?limit=50&page=3', { token })
    expect(last.json).toHaveLength(20)
    expect(last.headers.link).toMatch(/page=1>; rel="first",.*page=2>; rel="prev"$/)
    expect((await ask('/orgs/rfcs/repos', { token })).json).toHaveLength(30)
    expect((await ask('/orgs/rfcs/repos?page=9', { token })).json).toEqual([])
  })

  test('repositories are found by owner, the last pushed first, and an unknown owner has none', async () => {
    const { world, ask, token, pass } = small(dialect)
    pass(1)
    world.createRepo('rfcs/younger', { private: true })
    pass(1)
    world.commit('rfcs/meta', 'main', { b: 'b' })
    const uid = world.repo('rfcs/meta').ownerId
    const found = await ask(`/repos/search?uid=${uid}&exclusive=true&sort=updated&order=desc`, { token })
    expect(found.json).toMatchObject({ ok: true, data: [{ name: 'meta' }, { name: 'younger' }] })
    expect((await ask(`/repos/search?uid=${uid}&sort=id`)).json).toMatchObject({ data: [{ name: 'meta' }] })
    expect((await ask('/repos/search?uid=999', { token })).json).toEqual({ ok: true, data: [] })
  })

  test('pulls changed since a second are found, that second included', async () => {
    const { world, ask, token, pass } = small(dialect)
    world.commit('rfcs/meta', 'propose/a', { a: 'a' })
    world.openPull('rfcs/meta', 'propose/a')
    pass(10)
    world.commit('rfcs/meta', 'propose/b', { b: 'b' })
    world.openPull('rfcs/meta', 'propose/b')
    const since = async (time: string) =>
      (await ask(`/repos/issues/search?type=pulls&state=all&since=${time}`, { token })).json
    expect(await since('2026-11-22T10:00:00Z')).toHaveLength(2)
    expect(await since('2026-11-22T11:00:10%2B01:00')).toHaveLength(1)
    expect(await since('2026-11-22T10:00:11Z')).toEqual([])
  })

  test('an empty repository says so in many ways', async () => {
    const { world, ask, token } = small(dialect)
    world.createRepo('rfcs/empty')
    const status = async (path: string) => (await ask(`/repos/rfcs/empty/${path}`, { token })).status
    expect((await ask('/repos/rfcs/empty', { token })).json).toMatchObject({ empty: true, default_branch: 'main' })
    expect(await status('git/refs')).toBe(404)
    expect(await status('git/trees/main')).toBe(400)
    expect(await status('pulls?state=all')).toBe(404)
    expect(await status('archive/main.tar.gz')).toBe(404)
    expect(await status('commits')).toBe(409)
    expect(await status('raw/a.md?ref=main')).toBe(dialect === 'forgejo-7' ? 500 : 404)
    const contents = await ask('/repos/rfcs/empty/contents/rfcs', { token })
    if (dialect === 'gitea-1.26') expect(contents.status).toBe(404)
    else expect(contents.json).toEqual([])
    const branches = await ask('/repos/rfcs/empty/branches', { token })
    expect(branches.json).toEqual(dialect === 'gitea-1.15' ? [] : null)
  })

  test('an old name leads to the repository, and a new one of that name is found first', async () => {
    const { world, ask, token } = small(dialect)
    world.renameRepo('rfcs/meta', 'meta2')
    const moved = await ask('/repos/rfcs/meta/git/refs?x=1', { token })
    expect(moved.status).toBe(dialect === 'forgejo-7' ? 307 : 301)
    expect(moved.headers.location).toBe('/api/v1/repos/rfcs/meta2/git/refs?x=1')
    world.organization('others', 'bot')
    world.transferRepo('rfcs/meta2', 'others')
    expect((await ask('/repos/rfcs/meta', { token })).headers.location).toBe('/api/v1/repos/others/meta2')
    const young = world.createRepo('rfcs/meta')
    expect((await ask('/repos/rfcs/meta', { token })).json).toMatchObject({ id: young.id, empty: true })
  })

  test('a bad token is refused even where nobody is let in', async () => {
    const { ask } = small(dialect)
    expect((await ask('/repos/rfcs/meta')).status).toBe(200)
    expect((await ask('/repos/rfcs/meta', { token: 'bad' })).status).toBe(401)
    expect((await ask('/version', { token: 'bad' })).status).toBe(401)
  })

  test('a private repository is absent to strangers', async () => {
    const { world, ask, token } = small(dialect)
    world.user('alice')
    world.changeRepo('rfcs/meta', { private: true })
    expect((await ask('/repos/rfcs/meta', { token })).status).toBe(200)
    expect((await ask('/repos/rfcs/meta')).status).toBe(404)
    expect((await ask(`/repositories/${world.repo('rfcs/meta').id}`, { token: world.token('alice') })).status).toBe(404)
  })

  test('a tree comes in pages, links and submodules in their modes', async () => {
    const { world, ask, token } = small(dialect)
    world.commit('rfcs/meta', 'main', { link: { symlink: 'README.md' }, sub: { submodule: '1'.repeat(40) } })
    const page = async (number: number) =>
      (await ask(`/repos/rfcs/meta/git/trees/main?recursive=true&per_page=3&page=${number}`, { token })).json
    const lastSays = dialect !== 'gitea-1.26'
    expect(await page(1)).toMatchObject({ truncated: true, total_count: 5, sha: world.tip('rfcs/meta', 'main') })
    expect(await page(2)).toMatchObject({
      truncated: lastSays,
      tree: [
        { path: 'rfcs/a.md', mode: '100644', type: 'blob' },
        { path: 'sub', mode: '160000', type: 'commit' },
      ].slice(0, 2),
    })
    expect(await page(3)).toMatchObject({ tree: null, truncated: false })
  })

  test('a path in commits is a pathspec unless it says that it is literal', async () => {
    const { world, ask, token } = small(dialect)
    world.commit('rfcs/meta', 'main', { 'rfcs/a[1].md': 'x' })
    world.commit('rfcs/meta', 'main', { 'rfcs/a1.md': 'x' })
    const found = async (path: string) =>
      (await ask(`/repos/rfcs/meta/commits?path=${encodeURIComponent(path)}`, { token })).headers['x-total']
    expect(await found('rfcs/a[1].md')).toBe('2')
    expect(await found(':(literal)rfcs/a[1].md')).toBe('1')
    expect(await found('rfcs/*.md')).toBe('3')
    expect((await ask('/repos/rfcs/meta/commits?path=absent', { token })).status).toBe(404)
  })

  test('an unknown route is plain text, an unknown method 405, an absent thing JSON', async () => {
    const { ask, token } = small(dialect)
    expect(await ask('/nowhere', { token })).toMatchObject({ status: 404, text: '404 page not found\n' })
    expect((await ask('/repos/rfcs/meta', { token, method: 'HEAD' })).status).toBe(405)
    expect(await ask('/repos/rfcs/absent', { token })).toMatchObject({ status: 404, json: { errors: null } })
  })

  test('letters that Go escapes come out as they went in', async () => {
    const { world, ask, token } = small(dialect)
    const odd = '<a> & \u2028 \u0001 \r\n ü'
    world.commit('rfcs/meta', 'propose/a', { a: 'a' })
    world.openPull('rfcs/meta', 'propose/a', { body: odd })
    const answer = await ask('/repos/rfcs/meta/pulls/1', { token })
    expect(answer.json).toMatchObject({ body: odd })
    expect(answer.text).toContain('\\u003ca\\u003e \\u0026 \\u2028')
  })
})

test('a token made for reading three things may not read its own name, nor write', async () => {
  const { world, ask } = small('gitea-1.26')
  const token = world.token('bot', ['read:repository', 'read:organization', 'read:issue'])
  expect((await ask('/user', { token })).status).toBe(403)
  expect((await ask('/users/bot', { token })).status).toBe(403)
  expect((await ask('/repos/rfcs/meta', { token, method: 'PATCH', body: { description: 'x' } })).status).toBe(403)
  expect((await ask('/orgs/rfcs', { token })).status).toBe(200)
})

test('file-contents stops after thirty files and gives null for what is not there', async () => {
  const { world, ask, token } = small('gitea-1.26')
  const names = Array.from({ length: 40 }, (_, number) => `f${number}`)
  world.commit('rfcs/meta', 'main', Object.fromEntries(names.map((name) => [name, name])))
  const read = async (files: string[]) =>
    (await ask(`/repos/rfcs/meta/file-contents?body=${encodeURIComponent(JSON.stringify({ files }))}`, { token })).json
  expect(await read(names)).toHaveLength(30)
  expect(await read(['absent', 'f1'])).toMatchObject([
    null,
    { path: 'f1', content: Buffer.from('f1').toString('base64') },
  ])
})

test('an ETag of a file is its blob, and saves sending it again', async () => {
  const { fake } = small('gitea-1.26')
  const path = '/api/v1/repos/rfcs/meta/raw/rfcs/a.md?ref=main'
  const read = (headers: Record<string, string>) => fake.handle({ method: 'GET', path, headers, body: Buffer.alloc(0) })
  const etag = read({}).headers.Etag ?? ''
  expect(etag).toBe('"2e65efe2a145dda7ee51d1741299f848e5bf752e"')
  expect(read({ 'if-none-match': etag })).toMatchObject({ status: 304, body: Buffer.alloc(0) })
})

test('a file larger than 10 MiB has no content on Gitea, and an empty one on Forgejo', async () => {
  for (const dialect of ['gitea-1.26', 'forgejo-7'] as const) {
    const { world, ask, token } = small(dialect)
    world.commit('rfcs/meta', 'main', { big: Buffer.alloc(11_000_000) })
    const content = dialect === 'forgejo-7' ? '' : null
    expect((await ask('/repos/rfcs/meta/contents/big', { token })).json).toMatchObject({ size: 11_000_000, content })
  }
})

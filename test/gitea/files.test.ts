import { describe, expect, test } from 'vitest'
import { IncompleteListing, TransientError } from '../../src/errors.ts'
import { blobId } from '../../src/rules/blob-id.ts'
import { connected } from './connected.ts'
import { absent, answer, interceptNetwork, json } from './network.ts'
import { sha } from './said.ts'

interceptNetwork()

/** Answers as Gitea of this version with trees of two items a page, else as the script says. */
function served(script: (path: string, nth: number) => Response, version = '1.26.1') {
  const asked = answer((path, nth) => {
    if (path.endsWith('/version')) return json({ version })
    if (path.endsWith('/settings/api')) return json({ default_git_trees_per_page: 2, default_paging_num: 3 })
    return script(path, nth)
  })
  const { gitea, soon } = connected()
  const paths = () => asked.map(({ path }) => path.replace('/api/v1', '')).filter((path) => path.startsWith('/repos'))
  return { files: gitea.files, soon, paths }
}

const item = (number: number) => ({ path: `${number}.md`, mode: '100644', type: 'blob', size: 5, sha: sha(number) })
const page = (items: object[] | null, total_count: number, truncated: boolean) =>
  json({ sha: sha(1), tree: items, truncated, total_count, page: 1 })
const pageOf = (path: string) => Number(path.split('page=').at(-1))

describe('fault 20: a tree', () => {
  test('is read to its count, though Forgejo says truncated on the last page too', async () => {
    const { files, soon, paths } = served((path) =>
      pageOf(path) === 1 ? page([item(1), item(2)], 3, true) : page([item(3)], 3, true),
    )
    expect((await soon(files.tree('rfcs/meta', sha(1)))).map(({ path }) => path)).toEqual(['1.md', '2.md', '3.md'])
    expect(paths()).toEqual([1, 2].map((n) => `/repos/rfcs/meta/git/trees/${sha(1)}?per_page=2&page=${n}`))
  })

  test('of nothing is empty', async () => {
    const { files, soon } = served(() => page(null, 0, false))
    expect(await soon(files.tree('rfcs/meta', sha(1)))).toEqual([])
  })

  const partial: [string, (path: string) => Response][] = [
    ['ends before its count', (path) => (pageOf(path) === 1 ? page([item(1), item(2)], 3, true) : page(null, 3, true))],
    ['holds more than its count', () => page([item(1), item(2)], 1, false)],
    ['is absent', absent],
    ['is no tree of an empty repository', () => json({}, {}, 400)],
  ]
  test.each(partial)('that %s is incomplete', async (_, script) => {
    const { files, soon } = served(script)
    await expect(soon(files.tree('rfcs/meta', sha(1)))).rejects.toBeInstanceOf(IncompleteListing)
  })
})

describe('a blob', () => {
  const id = blobId(Buffer.from('text'), 40)
  const blob = (content: string | null) => () => json({ sha: id, size: 4, encoding: 'base64', content })

  test('is its bytes, proven by its id', async () => {
    const { files, soon } = served(blob(Buffer.from('text').toString('base64')))
    expect(String(await soon(files.blob('rfcs/meta', id)))).toBe('text')
  })

  test.each([Buffer.from('other').toString('base64'), '', null])(
    'that comes as %j is not that blob',
    async (content) => {
      const { files, soon } = served(blob(content))
      await expect(soon(files.blob('rfcs/meta', id))).rejects.toBeInstanceOf(TransientError)
    },
  )

  test('that is absent is no proof of anything', async () => {
    const { files, soon } = served(absent)
    await expect(soon(files.blob('rfcs/meta', id))).rejects.toBeInstanceOf(IncompleteListing)
  })
})

describe('a raw file', () => {
  const raw = (body: string, headers: Record<string, string>) => () => new Response(body, { headers })
  const plain = { 'content-type': 'text/plain; charset=utf-8' }

  test('is its bytes as they are', async () => {
    const { files, soon, paths } = served(
      raw('\uFEFFa\r\n', { ...plain, etag: `"${blobId(Buffer.from('\uFEFFa\r\n'), 40)}"` }),
    )
    expect(String(await soon(files.raw('rfcs/meta', 'RFC.md', sha(1))))).toBe('\uFEFFa\r\n')
    expect(paths()).toEqual([`/repos/rfcs/meta/raw/RFC.md?ref=${sha(1)}`])
  })

  test('is null where there is none', async () => {
    const { files, soon } = served(absent)
    expect(await soon(files.raw('rfcs/meta', 'RFC.md', sha(1)))).toBeNull()
  })

  test('fault F15: is no sign-in page', async () => {
    const { files, soon } = served(raw('<!doctype html>', { 'content-type': 'text/html; charset=utf-8' }))
    await expect(soon(files.raw('rfcs/meta', 'RFC.md', sha(1)))).rejects.toBeInstanceOf(TransientError)
  })

  test('fault F15: is not other bytes than its ETag promises', async () => {
    const { files, soon } = served(raw('half', { ...plain, etag: `"${blobId(Buffer.from('whole'), 40)}"` }))
    await expect(soon(files.raw('rfcs/meta', 'RFC.md', sha(1)))).rejects.toBeInstanceOf(TransientError)
  })
})

describe('the files of a commit', () => {
  const content = (path: string) => ({ path, type: 'file', sha: sha(1), size: 1, content: 'QQ==' })

  test('come several a request, never more than the server gives', async () => {
    const names = ['a', 'b', 'c', 'd'].map((name) => `rfcs/${name}.md`)
    const { files, soon, paths } = served((path) => json(namesIn(path).map(content)))
    expect((await soon(files.contents('rfcs/meta', names, sha(1)))).map(({ path }) => path)).toEqual(names)
    expect(paths().map(namesIn)).toEqual([names.slice(0, 3), names.slice(3)])
  })

  test('come in requests that no proxy finds too long', async () => {
    const names = Array.from({ length: 3 }, (_, n) => `rfcs/${String(n).repeat(2500)}.md`)
    const { files, soon, paths } = served((path) => json(namesIn(path).map(content)))
    expect(await soon(files.contents('rfcs/meta', names, sha(1)))).toHaveLength(3)
    expect(Math.max(...paths().map(({ length }) => length))).toBeLessThan(6500)
  })

  test('leave out those that are absent', async () => {
    const { files, soon } = served(() => json([content('a'), null]))
    expect(await soon(files.contents('rfcs/meta', ['a', 'b'], sha(1)))).toHaveLength(1)
  })

  test('come one by one by names that need encoding', async () => {
    const { files, soon, paths } = served(() => json(content('rfcs/a b#?%.md')))
    await soon(files.content('rfcs/meta', 'rfcs/a b#?%.md', sha(1)))
    expect(paths()).toEqual([`/repos/rfcs/meta/contents/rfcs/a%20b%23%3F%25.md?ref=${sha(1)}`])
  })
})

function namesIn(path: string): string[] {
  return JSON.parse(new URLSearchParams(path.split('?')[1]).get('body') ?? '{}').files
}

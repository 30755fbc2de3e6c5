import { expect, test } from 'vitest'
import { connected } from './connected.ts'
import { absent, answer, interceptNetwork, json } from './network.ts'

interceptNetwork()

async function server(version: string, settings: Response = json({})) {
  answer((path) => (path.endsWith('/version') ? json({ version }) : settings))
  const { gitea, soon } = connected()
  return soon(gitea.server())
}

test.each([
  ['1.26.1', 'Gitea', { commitRanges: true, ownerFilter: true, filesPerRequest: 30 }],
  ['1.27.0+dev-123-gabc', 'Gitea', { commitRanges: true, ownerFilter: true, filesPerRequest: 30 }],
  ['v1.24.0', 'Gitea', { commitRanges: true, ownerFilter: true, filesPerRequest: 30 }],
  ['1.23.8', 'Gitea', { commitRanges: true, ownerFilter: true, filesPerRequest: 0 }],
  ['1.19.4', 'Gitea', { commitRanges: false, ownerFilter: true, filesPerRequest: 0 }],
  ['1.15.11', 'Gitea', { commitRanges: false, ownerFilter: false, filesPerRequest: 0 }],
  ['2.0.0', 'Gitea', { commitRanges: true, ownerFilter: true, filesPerRequest: 30 }],
  ['7.0.0+gitea-1.22.0', 'Forgejo', { commitRanges: true, ownerFilter: true, filesPerRequest: 0 }],
  ['11.0.1+gitea-1.26.0', 'Forgejo', { commitRanges: true, ownerFilter: true, filesPerRequest: 0 }],
  ['unknown', 'Gitea', { commitRanges: false, ownerFilter: false, filesPerRequest: 0 }],
])('%s is a %s and can do what that version can', async (version, product, abilities) => {
  expect(await server(version)).toMatchObject({ version, product, ...abilities })
})

test('a server’s own limits are kept to, fifty items a page at most', async () => {
  const settings = { max_response_items: 20, default_paging_num: 10, default_git_trees_per_page: 500 }
  expect(await server('1.26.1', json(settings))).toMatchObject({ pageSize: 20, treePageSize: 500, filesPerRequest: 10 })
  expect(await server('1.26.1', json({ max_response_items: 1000 }))).toMatchObject({ pageSize: 50 })
})

test('a server that hides its limits has the usual ones', async () => {
  const usual = { pageSize: 50, treePageSize: 1000, filesPerRequest: 30 }
  expect(await server('1.26.1', absent())).toMatchObject(usual)
  expect(await server('1.26.1', json({ max_response_items: 0, default_paging_num: 'x' }))).toMatchObject(usual)
})

test('a server is asked what it is once, and again when that failed', async () => {
  let isDown = true
  const asked = answer((path) => {
    if (isDown) return json({ message: 'no' }, {}, 401)
    return json(path.endsWith('/version') ? { version: '1.26.1' } : {})
  })
  const { gitea, soon } = connected()
  await expect(soon(gitea.server())).rejects.toThrow('refused the token')
  isDown = false
  const before = asked.length
  await soon(Promise.all([gitea.server(), gitea.server()]))
  await soon(gitea.server())
  expect(asked.length - before).toBe(2)
})

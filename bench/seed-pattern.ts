import type { Door } from '../src/gitea/door.ts'

/** What a sweep cost: requests and seconds. */
export type Cost = { requests: number; seconds: number }

type Listed = { type: string; name: string; path: string }

/**
 * The requests of the way that rfcached replaces, one after the other and the same each time: the listing of rfcs/, every entry by
 * itself, and of each RFC's repository the document, the branches, the open and the closed pulls. Nothing is kept, so this is
 * the least it costs.
 */
export async function seedPattern(door: Door, token: string, org: string, repos: string[]): Promise<Cost> {
  let requests = 0
  const began = performance.now()
  const get = async <T>(path: string): Promise<T> => {
    requests++
    const { status, body } = await door({
      method: 'GET',
      path: `/api/v1/repos/${org}/${path}`,
      headers: { authorization: `token ${token}` },
    })
    return status < 300 ? JSON.parse(Buffer.from(body).toString()) : (null as T)
  }
  const files = (await get<Listed[]>('meta/contents/rfcs?ref=main')) ?? []
  for (const { type, name, path } of files)
    if (type === 'file' && name.endsWith('.md'))
      await get(`meta/contents/${path.split('/').map(encodeURIComponent).join('/')}?ref=main`)
  for (const repo of ['meta', ...repos]) {
    if (repo !== 'meta') await get(`${repo}/contents/RFC.md?ref=main`)
    await get(`${repo}/branches?limit=50`)
    await get(`${repo}/pulls?state=open&limit=50`)
    await get(`${repo}/pulls?state=closed&limit=50`)
  }
  return { requests, seconds: (performance.now() - began) / 1000 }
}

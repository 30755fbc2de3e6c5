import { IncompleteListing } from '../../errors.ts'
import type { Client } from '../client.ts'
import { walkPages } from '../pages.ts'
import { type Repo, repoSearchShape, repoShape } from '../shapes.ts'
import type { Server } from './server.ts'

/** Path of a repository's API; names may hold anything that Gitea allows. */
export function repoPath(fullName: string): string {
  return `/repos/${fullName.split('/').map(encodeURIComponent).join('/')}`
}

export function reposApi(client: Client, server: () => Promise<Server>) {
  const search = async (ownerId: number, sort: string) => {
    const path = `/repos/search?uid=${ownerId}&exclusive=true&${sort}`
    const { pageSize } = await server()
    return walkPages<Repo>(
      path,
      pageSize,
      (repo) => repo.id,
      async (page) => {
        const { data, headers, status } = await client.json(page, repoSearchShape)
        return { items: status < 300 ? data : null, headers }
      },
    )
  }
  return {
    /** A repository by name, followed through a rename or a transfer; null where there is none that the token may see. */
    find: async (fullName: string) => (await client.json(repoPath(fullName), repoShape)).data,
    /** The same by Gitea's id, which survives renames. */
    findById: async (id: number) => (await client.json(`/repositories/${id}`, repoShape)).data,
    /**
     * All repositories of an owner, by id, so that a push during the walk moves nothing.
     * @throws IncompleteListing also for an empty answer: an unknown owner gives 200 and none (Gitea 1.26).
     */
    listOf: async (ownerId: number): Promise<Repo[]> => {
      const repos = await search(ownerId, 'sort=id&order=asc')
      if (!repos?.length) throw new IncompleteListing("The listing of the owner's repositories is empty.")
      return repos
    },
    /**
     * The owner's repositories that moved last, and how many there are: one page of them, and more only while the last one shown
     * moved at or after `since` (RFC 3339, UTC).
     * @throws IncompleteListing for a page that is absent.
     */
    newestOf: async (ownerId: number, since: string | null = null): Promise<{ repos: Repo[]; total: number }> => {
      const { pageSize } = await server()
      const repos = new Map<number, Repo>()
      for (let page = 1; ; page++) {
        const path = `/repos/search?uid=${ownerId}&exclusive=true&sort=updated&order=desc&limit=${pageSize}&page=${page}`
        const { data, headers } = await client.json(path, repoSearchShape)
        if (data === null) throw new IncompleteListing("A page of the owner's repositories is absent.")
        const shown = data.filter((repo) => repo !== null)
        for (const repo of shown) repos.set(repo.id, repo)
        const total = Number(headers['x-total-count'] ?? repos.size)
        const isLast = shown.length === 0 || repos.size >= total
        if (isLast || since === null || (shown.at(-1)?.updatedAt ?? '') < since)
          return { repos: [...repos.values()], total }
      }
    },
  }
}

import { z } from 'zod'
import { IncompleteListing } from '../../errors.ts'
import type { Client } from '../client.ts'
import { hasNext, walk } from '../pages.ts'
import { type MovedPull, movedPullShape, type Pull, pullShape } from '../shapes.ts'
import { repoPath } from './repos.ts'
import type { Server } from './server.ts'

type MovedPulls = { pulls: Pull[]; hidden: boolean }

const pageShape = z.array(pullShape.nullable()).nullable()

export function pullsApi(client: Client, server: () => Promise<Server>) {
  return {
    /** Every pull of a repository, oldest first, so that what happens meanwhile only adds at the end. Null: the unit is off. */
    all: async (fullName: string): Promise<Pull[] | null> =>
      walk(
        client,
        `${repoPath(fullName)}/pulls?state=all&sort=oldest`,
        (await server()).pageSize,
        pullShape,
        (pull) => pull.number,
      ),
    /**
     * The pulls that moved at or after `since` (RFC 3339, UTC), newest first; `hidden`: Gitea could not show one that may be
     * among them. Null: the unit is off.
     * @throws IncompleteListing when the listing moves while it is read: one that is deleted hides another between two pages.
     */
    since: async (fullName: string, since: string): Promise<MovedPulls | null> => {
      const path = `${repoPath(fullName)}/pulls?state=all&sort=recentupdate&limit=${(await server()).pageSize}`
      const moved = new Map<number, Pull>()
      let total: string | undefined
      let hidden = false
      for (let page = 1; ; page++) {
        const { data, status, headers } = await client.json(`${path}&page=${page}`, pageShape)
        if (status >= 300) return null
        const items = data ?? []
        const older = items.findIndex((pull) => pull !== null && (pull.updatedAt ?? '') < since)
        hidden ||= items.slice(0, older < 0 ? items.length : older).includes(null)
        const pulls = items.filter((pull) => pull !== null)
        const news = pulls.filter(({ updatedAt, number }) => (updatedAt ?? '') >= since && !moved.has(number))
        for (const pull of news) moved.set(pull.number, pull)
        const isLast = items.length === 0 || older >= 0 || !hasNext(headers)
        total ??= headers['x-total-count']
        if (headers['x-total-count'] !== total || (!isLast && news.length === 0))
          throw new IncompleteListing(`The pulls of ${fullName} moved while they were read.`)
        if (isLast) return { pulls: [...moved.values()], hidden }
      }
    },
    /** One pull; null where there is none. */
    one: async (fullName: string, number: number): Promise<Pull | null> =>
      (await client.json(`${repoPath(fullName)}/pulls/${number}`, pullShape)).data,
    /**
     * Pulls of every repository of an owner that moved at or after `since` (RFC 3339, UTC). Servers before Gitea 1.16 ignore
     * `owner`: the caller keeps the repositories it knows.
     * @throws IncompleteListing where Gitea, or a proxy before it, says that there is no such listing (400 for an unknown owner).
     */
    movedSince: async (owner: string, since: string): Promise<MovedPull[]> => {
      const { pageSize } = await server()
      const path = `/repos/issues/search?type=pulls&state=all&owner=${encodeURIComponent(owner)}&since=${encodeURIComponent(since)}`
      const moved = await walk(client, path, pageSize, movedPullShape, (pull) => `${pull.repository.id}/${pull.number}`)
      if (moved === null) throw new IncompleteListing(`The listing of the pulls of ${owner} that moved is absent.`)
      return moved
    },
  }
}

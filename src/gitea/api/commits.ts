import { z } from 'zod'
import { IncompleteListing } from '../../errors.ts'
import type { Client } from '../client.ts'
import { walk } from '../pages.ts'
import { branchShape, type Commit, commitShape } from '../shapes.ts'
import { repoPath } from './repos.ts'
import type { Server } from './server.ts'

const lean = 'stat=false&verification=false'
/** Pages of a range of commits; a longer one is not worth reading. */
const mostRangePages = 6

export function commitsApi(client: Client, server: () => Promise<Server>) {
  return {
    /** One commit. @throws IncompleteListing when Gitea does not know it. */
    one: async (fullName: string, sha: string): Promise<Commit> => {
      const { data } = await client.json(`${repoPath(fullName)}/git/commits/${sha}?${lean}&files=false`, commitShape)
      if (!data) throw new IncompleteListing(`The commit ${sha} of ${fullName} is absent.`)
      return data
    },
    /** The commits of `to` that `from` does not have, with the files each touched; null when the server can not tell or there are too many. */
    between: async (fullName: string, from: string, to: string): Promise<Commit[] | null> => {
      if (!(await server()).commitRanges) return null
      const commits: Commit[] = []
      for (let page = 1; page <= mostRangePages; page++) {
        const { data, headers } = await client.json(
          `${repoPath(fullName)}/commits?sha=${to}&not=${from}&${lean}&files=true&limit=50&page=${page}`,
          z.array(commitShape),
        )
        if (!data) return null
        commits.push(...data)
        if (commits.length >= Number(headers['x-total-count'] ?? Number.POSITIVE_INFINITY)) return commits
      }
      return null
    },
    /** The commit `git log -1 -- path` shows at `commit`. The path is a pathspec there, so it is named literally. */
    last: async (fullName: string, path: string, commit: string): Promise<Commit | null> => {
      const query = `sha=${commit}&path=${encodeURIComponent(`:(literal)${path}`)}&limit=1&${lean}&files=false`
      return (await client.json(`${repoPath(fullName)}/commits?${query}`, z.array(commitShape))).data?.[0] ?? null
    },
    /** Author dates by commit of every branch's tip, from the branches listing: for dates only, its set of names is no proof. */
    tipDates: async (fullName: string): Promise<Map<string, string | null>> => {
      const branches = await walk(
        client,
        `${repoPath(fullName)}/branches`,
        (await server()).pageSize,
        branchShape,
        (branch) => branch.name,
      )
      return new Map((branches ?? []).map(({ commit }) => [commit.id, commit.timestamp]))
    },
  }
}

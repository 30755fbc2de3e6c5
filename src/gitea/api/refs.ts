import { IncompleteListing } from '../../errors.ts'
import type { Client } from '../client.ts'
import { refsShape, repoShape } from '../shapes.ts'
import { repoPath } from './repos.ts'

/** One snapshot of a repository's refs: branch tips by name, and the head of each pull by number. */
export type Refs = { branches: Map<string, string>; pulls: Map<number, string> }

export function refsApi(client: Client) {
  return {
    /**
     * All refs in one answer of live git (a branches listing pages, is ordered by time and can miss some).
     * @throws IncompleteListing when there are none and the repository does not say that it is empty.
     */
    list: async (fullName: string): Promise<Refs> => {
      const { data } = await client.json(`${repoPath(fullName)}/git/refs`, refsShape)
      if (data?.length) return sorted(data)
      const repo = (await client.json(repoPath(fullName), repoShape)).data
      if (!repo) throw new IncompleteListing(`The repository ${fullName} is not visible now.`)
      if (!repo.empty) throw new IncompleteListing(`The refs of ${fullName} are absent though it is not empty.`)
      return { branches: new Map(), pulls: new Map() }
    },
    /** refs/pull/N/head; null where there is none. The filter is a bare prefix, so the name is compared whole. */
    pullHead: async (fullName: string, number: number): Promise<string | null> => {
      const { data } = await client.json(`${repoPath(fullName)}/git/refs/pull/${number}/head`, refsShape)
      return data?.find(({ ref }) => ref === `refs/pull/${number}/head`)?.object.sha ?? null
    },
  }
}

function sorted(refs: { ref: string; object: { sha: string } }[]): Refs {
  const branches = new Map<string, string>()
  const pulls = new Map<number, string>()
  for (const { ref, object } of refs) {
    const pull = /^refs\/pull\/(\d+)\/head$/.exec(ref)
    if (pull) pulls.set(Number(pull[1]), object.sha)
    else if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), object.sha)
  }
  return { branches, pulls }
}

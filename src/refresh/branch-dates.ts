import type { RepoRow } from '../store/repos.ts'
import type { Mirror } from './mirror.ts'

/**
 * Author dates of tips, by commit: what is held already, the rest from the branches listing when that costs fewer requests than
 * asking commit by commit.
 */
export async function tipDates(
  { gitea, store }: Mirror,
  repo: RepoRow,
  tips: Iterable<string>,
  branches: number,
): Promise<Map<string, string | null>> {
  const dates = repo.dates_held ? store.branches.dates(repo.full_name) : new Map<string, string | null>()
  const wanted = [...new Set(tips)]
  const missing = () => wanted.filter((sha) => !dates.has(sha))
  const { pageSize } = await gitea.server()
  if (missing().length > Math.ceil(branches / pageSize)) {
    for (const [sha, at] of await gitea.commits.tipDates(repo.full_name)) dates.set(sha, at)
  }
  await Promise.all(
    missing().map(async (sha) => dates.set(sha, (await gitea.commits.one(repo.full_name, sha)).authoredAt)),
  )
  return dates
}

import type { RepoRow } from '../store/repos.ts'
import { askOnceMore, type Mirror, shownOr } from './mirror.ts'

/**
 * Author dates of tips, by commit: what is held already, the rest from the branches listing when that costs fewer requests than
 * asking commit by commit. A commit that Gitea cannot show (one dated after the year 9999 is cut short) is left out; it is asked once
 * more in a minute, for Gitea may just have been out of order.
 */
export async function tipDates(
  mirror: Mirror,
  repo: RepoRow,
  tips: Iterable<string>,
  branches: number,
): Promise<Map<string, string | null>> {
  const { gitea, store } = mirror
  const dates = repo.dates_held ? store.branches.dates(repo.full_name) : new Map<string, string | null>()
  const wanted = [...new Set(tips)]
  const missing = () => wanted.filter((sha) => !dates.has(sha))
  const { pageSize } = await gitea.server()
  if (missing().length > Math.ceil(branches / pageSize)) {
    const listed = await shownOr(gitea.commits.tipDates(repo.full_name), new Map<string, string | null>())
    for (const [sha, at] of listed) dates.set(sha, at)
  }
  await Promise.all(
    missing().map(async (sha) => {
      const commit = await shownOr(gitea.commits.one(repo.full_name, sha), null)
      if (commit) dates.set(sha, commit.authoredAt)
    }),
  )
  tryAgain(mirror, repo, missing())
  return dates
}

/** What is held without a date already has had its second try: sweeps ask it again. */
function tryAgain(mirror: Mirror, repo: RepoRow, unread: string[]): void {
  const { store } = mirror
  const tried = store.branches.undated(repo.full_name)
  if (unread.every((sha) => tried.has(sha))) return
  store.transaction(() =>
    askOnceMore(mirror, repo.is_meta ? { kind: 'meta-branches' } : { kind: 'refs', repoId: repo.id }),
  )
}

/** What a person should know when dates could not be read: the heads are shown without. */
export function undated(repo: RepoRow, tips: Iterable<string>, dates: Map<string, string | null>): string[] {
  const unread = [...new Set(tips)].filter((sha) => !dates.has(sha)).length
  return unread === 0
    ? []
    : [`Gitea cannot show ${unread} of the commits that branches of ${repo.full_name} end in: they have no date.`]
}

import type { Content } from '../gitea/shapes.ts'
import { type Mirror, shownOr } from './mirror.ts'

/**
 * Files with their last commit: several a request where the server can (Gitea 1.24), else one by one. Those that cannot be shown are
 * left out, as several a request leave them out: they are asked in another way, each alone.
 */
export async function readContents(
  { gitea }: Mirror,
  fullName: string,
  paths: string[],
  commit: string,
): Promise<Content[]> {
  if ((await gitea.server()).filesPerRequest > 0) return shownOr(gitea.files.contents(fullName, paths, commit), [])
  const contents = await Promise.all(paths.map((path) => shownOr(gitea.files.content(fullName, path, commit), null)))
  return contents.filter((content) => content !== null)
}

/** Gitea takes the path as a pathspec when it looks for the last commit: for `a*.md` it may be another file's (1.26.1, Forgejo 7.0.0). */
export function ownLastCommit({ path, last_commit_sha }: Content): string | null {
  return /[*?[\\]/.test(path) ? null : last_commit_sha
}

/**
 * Committer dates of the last commits that contents name, by commit: the date itself where the answer has it (Gitea 1.24), what is
 * held, else the commit is asked (Gitea 1.18, Forgejo 7). Older servers name no commit.
 */
export async function lastCommitDates(
  { gitea, store }: Mirror,
  fullName: string,
  contents: Content[],
): Promise<Map<string, string | null>> {
  const dates: Map<string, string | null> = store.entryFiles.commits()
  for (const { last_commit_sha: sha, last_committer_date: date } of contents) if (sha && date) dates.set(sha, date)
  const unknown = new Set(contents.flatMap(({ last_commit_sha: sha }) => (sha && !dates.has(sha) ? sha : [])))
  await Promise.all(
    [...unknown].map(async (sha) => {
      const commit = await shownOr(gitea.commits.one(fullName, sha), null)
      if (commit) dates.set(sha, commit.committedAt)
    }),
  )
  return dates
}

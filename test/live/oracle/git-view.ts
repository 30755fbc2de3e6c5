import type { ApiCommit, ApiContent, ApiRef, ApiRepo } from '../api-shapes.ts'
import type { Site } from '../site.ts'

export type TextFile = { path: string; blob: string; text: string }

/** What git holds of a repository at one moment, seen through the API or in a clone; refs are asked once. */
export type GitView = {
  /** Commits by full name of the ref. */
  refs: (repo: ApiRepo) => Promise<Map<string, string>>
  /** The regular files directly in a folder ('' is the root), at a commit. */
  files: (repo: ApiRepo, commit: string, folder: string) => Promise<TextFile[]>
  /** When a commit was written. */
  authoredAt: (repo: ApiRepo, commit: string) => Promise<string | null>
  /** When the last commit of a file was committed, as `git log -1 -- file` has it. */
  lastCommittedAt: (repo: ApiRepo, commit: string, path: string) => Promise<string | null>
}

/** Views through the API's plainest requests. What has an id never changes and is asked once for all of them. */
export function apiViews(site: Site): () => GitView {
  const known = new Map<string, Promise<string | null>>()
  const once = async <T>(path: string): Promise<T | null> => {
    const asked = known.get(path) ?? site.find(path).then((value) => JSON.stringify(value))
    known.set(path, asked)
    return JSON.parse((await asked) ?? 'null')
  }
  const textOf = async (repo: ApiRepo, { path, sha }: ApiContent): Promise<TextFile> => {
    const blob = await once<{ content: string }>(`/repos/${repo.full_name}/git/blobs/${sha}`)
    return { path, blob: sha, text: Buffer.from(blob?.content ?? '', 'base64').toString() }
  }
  return () => ({
    refs: memo(async (repo) => {
      const refs = await site.find<ApiRef[]>(`/repos/${repo.full_name}/git/refs`)
      return new Map((refs ?? []).map(({ ref, object }) => [ref, object.sha]))
    }),
    files: async (repo, commit, folder) => {
      const items = await once<ApiContent[]>(`/repos/${repo.full_name}/contents${folder && `/${folder}`}?ref=${commit}`)
      const files = Array.isArray(items) ? items.filter(({ type }) => type === 'file') : []
      return Promise.all(files.map((item) => textOf(repo, item)))
    },
    authoredAt: async (repo, commit) =>
      time((await once<ApiCommit>(`/repos/${repo.full_name}/git/commits/${commit}`))?.commit.author.date),
    lastCommittedAt: async (repo, commit, path) => {
      const query = `sha=${commit}&path=${encodeURIComponent(`:(literal)${path}`)}&limit=1`
      const commits = await once<ApiCommit[]>(`/repos/${repo.full_name}/commits?${query}`)
      return time(commits?.[0]?.commit.committer.date)
    },
  })
}

/** What is asked of a repository once. */
export function memo<T>(ask: (repo: ApiRepo) => Promise<T>): (repo: ApiRepo) => Promise<T> {
  const asked = new Map<number, Promise<T>>()
  return (repo) => {
    const answer = asked.get(repo.id) ?? ask(repo)
    asked.set(repo.id, answer)
    return answer
  }
}

/** A time as the copy spells it. */
export function time(text: string | null | undefined): string | null {
  return text ? `${new Date(text).toISOString().slice(0, 19)}Z` : null
}

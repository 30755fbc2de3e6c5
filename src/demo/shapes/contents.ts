import { lastCommitOf } from '../git/history.ts'
import type { Commit, TreeEntry } from '../git/objects.ts'
import { pathView } from '../git/pathspec.ts'
import type { Json } from '../json.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { rfc3339 } from './time.ts'

/** What a ref in a request was: its words, what kind they named, and the commit. */
export type RefCommit = { words: string; kind: 'branch' | 'tag' | 'commit'; commit: Commit }

/** One file or directory as the contents endpoints show it; `content` is given only for a file asked for by itself. */
export function contentsShape(
  state: State,
  repo: Repo,
  ref: RefCommit,
  entry: TreeEntry,
  path: string,
  content: { content: string | null; encoding: string | null } = { content: null, encoding: null },
): Json {
  const links = linksOf(state, repo, ref, entry, path)
  const type = typeOf(entry)
  const data = repo.objects.blob(entry.id)
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    sha: entry.id,
    ...lastCommitFields(state, repo, ref.commit, path),
    type,
    size: data?.length ?? 0,
    encoding: content.encoding,
    content: content.content,
    target: type === 'symlink' ? (data?.subarray(0, 1024).toString() ?? '') : null,
    url: links.self,
    html_url: links.html,
    git_url: links.git,
    download_url: type === 'file' || type === 'symlink' ? links.download : null,
    submodule_git_url: null,
    _links: { self: links.self, git: links.git, html: links.html },
  }
}

function typeOf(entry: TreeEntry): 'file' | 'dir' | 'symlink' | 'submodule' {
  if (entry.mode === '40000') return 'dir'
  if (entry.mode === '120000') return 'symlink'
  return entry.mode === '160000' ? 'submodule' : 'file'
}

/** last_commit_sha since 1.18, its dates since 1.24; Forgejo 7.0.0 has the first alone. */
function lastCommitFields({ dialect }: State, repo: Repo, tip: Commit, path: string): Record<string, Json | undefined> {
  if (!dialect.since(18)) return {}
  const last = lastCommitOf(repo.objects, tip.id, pathView(`:(literal)${path}`))
  if (!last) return { last_commit_sha: tip.id }
  const dates = {
    last_committer_date: rfc3339(last.committer.seconds, last.committer.offset),
    last_author_date: rfc3339(last.author.seconds, last.author.offset),
  }
  return { last_commit_sha: last.id, ...(dialect.since(24) ? dates : {}) }
}

function linksOf(state: State, repo: Repo, ref: RefCommit, entry: TreeEntry, path: string) {
  const name = fullName(state, repo)
  const escaped = path.split('/').map(encodeURIComponent).join('/')
  const at = `${ref.kind}/${ref.words}/${escaped}`
  const kind = entry.mode === '40000' ? 'trees' : 'blobs'
  return {
    self: `${state.url}/api/v1/repos/${name}/contents/${escaped}?ref=${encodeURIComponent(ref.words)}`,
    html: entry.mode === '160000' ? null : `${state.url}/${name}/src/${at}`,
    git: entry.mode === '160000' ? null : `${state.url}/api/v1/repos/${name}/git/${kind}/${entry.id}`,
    download: `${state.url}/${name}/raw/${at}`,
  }
}

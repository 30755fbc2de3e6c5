import type { FakeAnswer, Refusal } from '../answer.ts'
import { type Call, param } from '../call.ts'
import { archiveOf } from '../git/archive.ts'
import { lastCommitOf } from '../git/history.ts'
import type { Commit } from '../git/objects.ts'
import { pathView } from '../git/pathspec.ts'
import { entryAt } from '../git/trees.ts'
import { absent, failure } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { fullName, type Repo } from '../state/repo.ts'
import { commitNamed } from './git.ts'

/** Bytes as they are: one file, or a whole commit as an archive. */
export const rawRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/raw/*', scope: 'repository', route: raw },
  { method: 'GET', pattern: '/repos/:owner/:repo/archive/*', scope: 'repository', route: archive },
]

/** The one kind of answer with an ETag: the blob's id. A symlink answers with its target's name. */
function raw(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const path = param(call, '*')
  if (repo.empty) throw emptyRefusal(call)
  const commit = rawCommit(call, repo)
  const entry = entryAt(repo.objects, commit.tree, path)
  const data = repo.objects.blob(entry?.id ?? '')
  if (!entry || !data) throw absent(call)
  const etag = `"${entry.id}"`
  const known = call.state.dialect.since(18) && call.request.headers['if-none-match'] === etag
  if (known) return { status: 304, headers: { Etag: etag }, body: Buffer.alloc(0) }
  const last = lastCommitOf(repo.objects, commit.id, pathView(`:(literal)${path}`))
  return { status: 200, headers: rawHeaders(call, path, etag, last?.committer.seconds ?? 0), body: data }
}

function emptyRefusal(call: Call): Refusal {
  if (call.state.dialect.forgejo) return failure(call, 500, 'object does not exist [id: , rel_path: ]')
  return absent(call, null, 'repository is empty')
}

/** A ref that names nothing is the default branch to Gitea 1.26.1, unless it is a whole commit id; to others it is 404. */
function rawCommit(call: Call, repo: Repo): Commit {
  const words = call.query.get('ref')?.trim() ?? ''
  const lenient = call.state.dialect.since(24) && !/^[0-9a-f]{40}$/.test(words)
  const commit = commitNamed(repo, words) ?? (lenient ? commitNamed(repo, '') : undefined)
  if (!commit) throw absent(call, null, call.state.dialect.since(24) ? 'unable to find a git ref' : undefined)
  return commit
}

function rawHeaders({ state }: Call, path: string, etag: string, modified: number): Record<string, string> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const utf8 = `inline; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`
  const later = { Etag: etag, 'Last-Modified': new Date(modified * 1000).toUTCString(), 'X-Gitea-Object-Type': 'file' }
  return {
    'Access-Control-Expose-Headers': 'Content-Disposition',
    'Cache-Control': 'private, max-age=21600',
    'Content-Disposition': state.dialect.forgejo ? utf8 : `inline; filename=${name}`,
    ...(state.dialect.since(24) ? policy : {}),
    'Content-Type': 'text/plain; charset=utf-8',
    ...(state.dialect.since(18) ? later : {}),
    ...(state.dialect.forgejo ? { 'X-Forgejo-Object-Type': 'file' } : {}),
  }
}

/** Only .tar.gz is made; its one leading directory is the repository's name in lower case. */
function archive(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const wanted = param(call, '*')
  const commit = wanted.endsWith('.tar.gz') ? commitNamed(repo, wanted.slice(0, -'.tar.gz'.length)) : undefined
  if (repo.empty || !commit)
    throw failure(call, 404, `unrecognized repository reference: ${wanted.replace(/\.tar\.gz$/, '')}`)
  const headers = call.state.dialect.since(24) ? streamHeaders(call, repo, commit) : fileHeaders(call, repo, wanted)
  return { status: 200, headers, body: archiveOf(repo.objects, commit, repo.name.toLowerCase()) }
}

/** Gitea 1.26.1 streams what git writes, and names the commit in a Link. */
function streamHeaders({ state }: Call, repo: Repo, { id }: Commit): Record<string, string> {
  const link = `${state.url}/api/v1/repos/${fullName(state, repo)}/archive/${id}.tar.gz?rev=${id}`
  return {
    ...policy,
    'Content-Type': 'application/octet-stream',
    Link: `<${link}>; rel="immutable"`,
    'No-Gzip-Compression': '1',
  }
}

/** Forgejo 7.0.0 keeps the archive as a file and serves that. */
function fileHeaders({ state }: Call, repo: Repo, wanted: string): Record<string, string> {
  const file = `${repo.name.toLowerCase()}-${wanted.replaceAll('/', '-')}`
  return {
    'Accept-Ranges': 'bytes',
    'Access-Control-Expose-Headers': 'Content-Disposition',
    'Cache-Control': 'private, max-age=300',
    'Content-Disposition': `attachment; filename="${file}"; filename*=UTF-8''${encodeURIComponent(file)}`,
    'Content-Type': 'application/gzip',
    'Last-Modified': new Date(state.now()).toUTCString(),
  }
}

const policy = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" }

import type { FakeAnswer } from '../answer.ts'
import { absent, type Call, failure, param, repoOf } from '../call.ts'
import { archiveOf } from '../git/archive.ts'
import { lastCommitOf } from '../git/history.ts'
import { pathView } from '../git/pathspec.ts'
import { entryAt } from '../git/trees.ts'
import type { RouteLine } from '../router.ts'
import { refOf } from './contents.ts'
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
  if (repo.empty && call.state.dialect.forgejo) throw failure(call, 500, 'object does not exist [id: , rel_path: ]')
  const { commit } = refOf(call, repo)
  const entry = entryAt(repo.objects, commit.tree, path)
  const data = repo.objects.blob(entry?.id ?? '')
  if (!entry || !data) throw absent(call)
  const etag = `"${entry.id}"`
  const known = call.state.dialect.since(18) && call.request.headers['if-none-match'] === etag
  if (known) return { status: 304, headers: { Etag: etag }, body: Buffer.alloc(0) }
  const last = lastCommitOf(repo.objects, commit.id, pathView(`:(literal)${path}`))
  return { status: 200, headers: rawHeaders(call, path, etag, last?.committer.seconds ?? 0), body: data }
}

function rawHeaders({ state }: Call, path: string, etag: string, modified: number): Record<string, string> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const utf8 = `inline; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`
  const policy = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" }
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
  if (repo.empty || !commit) throw absent(call)
  const name = repo.name.toLowerCase()
  const file = `${name}-${wanted.replaceAll('/', '-')}`
  const headers = {
    'Access-Control-Expose-Headers': 'Content-Disposition',
    'Content-Disposition': `attachment; filename="${file}"; filename*=UTF-8''${encodeURIComponent(file)}`,
    'Content-Type': 'application/octet-stream',
  }
  return { status: 200, headers, body: archiveOf(repo.objects, commit, name) }
}

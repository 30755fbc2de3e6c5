import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param } from '../call.ts'
import { type Commit, EMPTY_TREE } from '../git/objects.ts'
import { resolve, sortedRefs } from '../git/refs.ts'
import { listTree, type TreeRow } from '../git/trees.ts'
import { absent, failure } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { refShape } from '../shapes/ref.ts'
import { treeEntryShape } from '../shapes/tree.ts'
import { fullName, type Repo } from '../state/repo.ts'

/** The git group: refs, trees and blobs as they are, never from the servers' database. */
export const gitRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/git/refs', scope: 'repository', route: (call) => refs(call, '') },
  {
    method: 'GET',
    pattern: '/repos/:owner/:repo/git/refs/*',
    scope: 'repository',
    route: (call) => refs(call, param(call, '*')),
  },
  { method: 'GET', pattern: '/repos/:owner/:repo/git/trees/:sha', scope: 'repository', route: tree },
  { method: 'GET', pattern: '/repos/:owner/:repo/git/blobs/:sha', scope: 'repository', route: blob },
]

/** Unpaged, and always a list; the filter is a bare prefix below refs/. Nothing found is 404, as in an empty repository. */
function refs(call: Call, filter: string): FakeAnswer {
  const repo = repoOf(call)
  const found = sortedRefs(repo.refs, `refs/${filter}`)
  if (found.length === 0) throw absent(call)
  return json(
    200,
    found.map(([name, id]) => refShape(call.state, repo, name, id)),
  )
}

function tree(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const name = param(call, 'sha')
  const commit = commitNamed(repo, name)
  const root = commit?.tree ?? (name !== EMPTY_TREE && repo.objects.tree(name) ? name : undefined)
  if (root === undefined) throw failure(call, 400, `sha not found [${name}]`)
  const recursive = call.query.get('recursive')
  const entries = [...listTree(repo.objects, root, recursive === 'true' || recursive === '1')]
  return treePage(call, repo, commit?.id ?? root, entries)
}

/**
 * A page of a tree's entries; `sha` echoes what the name resolved to. Past the end it is null. Forgejo 7.0.0 says
 * truncated on the last page too, when there was one before (services/repository/files/tree.go).
 */
function treePage(call: Call, repo: Repo, sha: string, entries: TreeRow[]): FakeAnswer {
  const size = Math.min(positive(call.query.get('per_page')) ?? 1000, 1000)
  const page = positive(call.query.get('page')) ?? 1
  const rows = entries.slice((page - 1) * size, page * size)
  const more = call.state.dialect.since(24) ? page * size < entries.length : entries.length > size
  const body = {
    sha,
    url: `${call.state.url}/api/v1/repos/${fullName(call.state, repo)}/git/trees/${sha}`,
    tree: rows.length > 0 ? rows.map((entry) => treeEntryShape(call.state, repo, entry)) : null,
    truncated: rows.length > 0 && more,
    page,
    total_count: entries.length,
  }
  const headers = { 'Access-Control-Expose-Headers': 'X-Total-Count', 'X-Total-Count': String(entries.length) }
  return json(200, body, call.state.dialect.since(16) ? headers : {})
}

function blob(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const sha = param(call, 'sha')
  const data = repo.objects.blob(sha)
  if (!data) throw failure(call, 400, `object does not exist [id: ${sha}, rel_path: ]`)
  return json(200, {
    ...encoded(call, data),
    url: `${call.state.url}/api/v1/repos/${fullName(call.state, repo)}/git/blobs/${sha}`,
    sha,
    size: data.length,
  })
}

/** Over 10 MiB Gitea gives null since 1.24, and an empty text before, as Forgejo 7.0.0 does. */
export function encoded({ state }: Call, data: Buffer): { content: string | null; encoding: string | null } {
  if (data.length <= 10485760) return { content: data.toString('base64'), encoding: 'base64' }
  return state.dialect.since(24) ? { content: null, encoding: null } : { content: '', encoding: 'base64' }
}

/** The commit a branch, tag, ref or id names in a repository. */
export function commitNamed(repo: Repo, name: string): Commit | undefined {
  return resolve(repo.objects, repo.refs, name === 'HEAD' || name === '' ? repo.defaultBranch : name)
}

function positive(text: string | null): number | undefined {
  const number = Number.parseInt(text ?? '', 10)
  return number > 0 ? number : undefined
}

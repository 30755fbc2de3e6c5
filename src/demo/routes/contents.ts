import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param } from '../call.ts'
import type { TreeEntry } from '../git/objects.ts'
import { entryAt } from '../git/trees.ts'
import type { Json } from '../json.ts'
import { absent, failure } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { contentsShape, type RefCommit } from '../shapes/contents.ts'
import type { Repo } from '../state/repo.ts'
import { commitNamed, encoded } from './git.ts'

/** Files through contents and, since Gitea 1.24, several at once through file-contents. */
export const contentsRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/contents', scope: 'repository', route: (call) => contents(call, '') },
  {
    method: 'GET',
    pattern: '/repos/:owner/:repo/contents/*',
    scope: 'repository',
    route: (call) => contents(call, param(call, '*')),
  },
  {
    method: 'GET',
    pattern: '/repos/:owner/:repo/file-contents',
    scope: 'repository',
    route: fileContents,
    exists: ({ dialect }) => dialect.since(24),
  },
]

/** A directory is a list without contents, a file one object with it. */
function contents(call: Call, path: string): FakeAnswer {
  const repo = repoOf(call)
  if (repo.empty && !call.state.dialect.since(24)) return json(200, [])
  const ref = refOf(call, repo)
  const clean = path.replace(/^\/+|\/+$/g, '')
  const entry = entryAt(repo.objects, ref.commit.tree, clean)
  if (!entry) throw absent(call, [`object does not exist [id: , rel_path: ${clean}]`], 'GetContentsOrList')
  if (entry.mode !== '40000') return json(200, fileShape(call, repo, ref, entry, clean))
  const entries = [...(repo.objects.tree(entry.id)?.values() ?? [])]
  return json(
    200,
    entries.map((inner) => contentsShape(call.state, repo, ref, inner, join(clean, inner.name))),
  )
}

/** Whatever is in the way of a file makes it null; after 30 files the answer just ends (DEFAULT_PAGING_NUM). */
function fileContents(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const ref = refOf(call, repo)
  const files = wantedFiles(call)
  const shapes = files.slice(0, 30).map((path): Json => {
    const entry = path === '' ? undefined : entryAt(repo.objects, ref.commit.tree, path)
    return entry ? fileShape(call, repo, ref, entry, path) : null
  })
  return json(200, shapes)
}

function wantedFiles(call: Call): string[] {
  try {
    const body: unknown = JSON.parse(call.query.get('body') ?? '')
    const files = typeof body === 'object' && body !== null && 'files' in body ? body.files : undefined
    if (Array.isArray(files) && files.every((file) => typeof file === 'string')) return files
  } catch {
    // Falls through: a body that is no JSON is refused like one that names no files.
  }
  throw failure(call, 400, 'invalid body parameter')
}

function fileShape(call: Call, repo: Repo, ref: RefCommit, entry: TreeEntry, path: string): Json {
  const data = entry.mode.startsWith('100') ? repo.objects.blob(entry.id) : undefined
  return contentsShape(call.state, repo, ref, entry, path, data && encoded(call, data))
}

/** The commit of `?ref=`, by default of the default branch; an unknown one is 404. */
function refOf(call: Call, repo: Repo): RefCommit {
  const words = call.query.get('ref')?.trim() || repo.defaultBranch
  const commit = commitNamed(repo, words)
  if (!commit) throw absent(call, [`object does not exist [id: ${words}, rel_path: ]`])
  return { words, kind: kindOf(repo, words), commit }
}

function kindOf(repo: Repo, words: string): RefCommit['kind'] {
  if (repo.refs.has(`refs/heads/${words}`)) return 'branch'
  return repo.refs.has(`refs/tags/${words}`) ? 'tag' : 'commit'
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

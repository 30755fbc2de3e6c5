import { type FakeAnswer, json, Refusal } from '../answer.ts'
import { type Call, param } from '../call.ts'
import { commitsFrom } from '../git/history.ts'
import type { Commit } from '../git/objects.ts'
import { pathView } from '../git/pathspec.ts'
import { type Page, pageOf, pagingHeaders, rowsOf } from '../paging.ts'
import { absent, failure } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { commitShape } from '../shapes/commit.ts'
import type { Repo } from '../state/repo.ts'
import { commitNamed } from './git.ts'

/** Reading history. */
export const commitRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/git/commits/:sha', scope: 'repository', route: getCommit },
  { method: 'GET', pattern: '/repos/:owner/:repo/commits', scope: 'repository', route: listCommits },
]

function getCommit(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const commit = commitNamed(repo, param(call, 'sha'))
  if (!commit) throw absent(call)
  return json(200, commitShape(call.state, repo, commit, partsOf(call)))
}

/** With a path, `limit` counts only for the headers: the page itself holds 50 (Gitea 1.26.1, [git] COMMITS_RANGE_SIZE). */
function listCommits(call: Call): FakeAnswer {
  const repo = repoOf(call)
  if (repo.empty) throw failure(call, 409, 'Git Repository is empty.')
  const path = call.query.get('path') ?? ''
  const found = path === '' ? history(call, repo) : pathHistory(call, repo, path)
  const page = pageOf(call)
  const rows = rowsOf(found, path === '' ? page : { ...page, size: 50 })
  const shapes = rows.map((commit) => commitShape(call.state, repo, commit, partsOf(call)))
  return json(200, shapes, commitHeaders(call, found.length, page))
}

function history(call: Call, repo: Repo): Commit[] {
  const tip = commitNamed(repo, call.query.get('sha') ?? '')
  if (!tip) throw noSuchCommit(call)
  return [...commitsFrom(repo.objects, tip.id, hiding(call, repo))]
}

/** Gitea 1.26.1 answers 404 with `null`, Forgejo 7.0.0 500. */
function noSuchCommit(call: Call): Refusal {
  if (call.state.dialect.forgejo)
    return failure(call, 500, `object does not exist [id: ${call.query.get('sha')}, rel_path: ]`)
  return call.state.dialect.since(24) ? new Refusal(json(404, null)) : absent(call)
}

/** An unknown sha is git's own error, 500; a path without history 404. */
function pathHistory(call: Call, repo: Repo, path: string): Commit[] {
  const tip = commitNamed(repo, call.query.get('sha') ?? '')
  if (!tip) throw failure(call, 500, 'exit status 128 - fatal: bad revision')
  const found = [...commitsFrom(repo.objects, tip.id, { path: pathView(path), ...hiding(call, repo) })]
  if (found.length === 0) throw absent(call, null, 'FileCommitsCount')
  return found
}

function hiding(call: Call, repo: Repo): { not?: string } {
  const not = call.query.get('not')
  return not ? { not: commitNamed(repo, not)?.id ?? '' } : {}
}

function commitHeaders(call: Call, total: number, page: Page): Record<string, string> {
  const pages = Math.ceil(total / page.size)
  const paging = pagingHeaders(call, total, page)
  const more = ['X-Page', 'X-PerPage', 'X-Total', 'X-PageCount', 'X-HasMore'].join(', ')
  return {
    ...paging,
    'Access-Control-Expose-Headers': `${paging['Access-Control-Expose-Headers']}, ${more}`,
    'X-Hasmore': String(page.number < pages),
    'X-Page': String(page.number),
    'X-Pagecount': String(pages),
    'X-Perpage': String(page.size),
    'X-Total': String(total),
  }
}

function partsOf({ query }: Call) {
  const wanted = (name: string) => query.get(name) !== 'false'
  return { stat: wanted('stat'), verification: wanted('verification'), files: wanted('files') }
}

import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param } from '../call.ts'
import { paged, pageOf, rowsOf } from '../paging.ts'
import { absent } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { pullShape } from '../shapes/pull.ts'
import { isOpen, type Pull } from '../state/pull.ts'
import type { Repo } from '../state/repo.ts'

/** Reading pulls. */
export const pullRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/pulls', scope: 'repository', route: listPulls },
  { method: 'GET', pattern: '/repos/:owner/:repo/pulls/:number', scope: 'repository', route: getPull },
]

function listPulls(call: Call): FakeAnswer {
  const repo = repoWithPulls(call)
  const state = call.query.get('state')
  const found = [...repo.pulls.values()].filter((pull) =>
    state === 'open' ? isOpen(pull) : state !== 'closed' || !isOpen(pull),
  )
  found.sort(ordering(call.query.get('sort') ?? ''))
  const page = pageOf(call)
  const rows = rowsOf(found, page).map((pull) => pullShape(call.state, repo, pull, call.caller, 'list'))
  return paged(call, found.length, page, rows)
}

function getPull(call: Call): FakeAnswer {
  const repo = repoWithPulls(call)
  return json(200, pullShape(call.state, repo, pullOf(call, repo), call.caller, 'single'))
}

/** The pull the path names. */
export function pullOf(call: Call, repo: Repo): Pull {
  const pull = repo.pulls.get(Number(param(call, 'number')))
  if (!pull) throw absent(call)
  return pull
}

/** The repository, unless it has no pulls: switched off, or still empty (mustAllowPulls), which is 404. */
export function repoWithPulls(call: Call): Repo {
  const repo = repoOf(call)
  if (!repo.hasPulls || repo.empty) throw absent(call)
  return repo
}

/** An unknown sort is no error but newest first; ids break ties. */
function ordering(sort: string): (a: Pull, b: Pull) => number {
  if (sort === 'oldest') return (a, b) => a.created - b.created || a.id - b.id
  if (sort === 'recentupdate') return (a, b) => b.updated - a.updated || b.created - a.created || b.id - a.id
  if (sort === 'leastupdate') return (a, b) => a.updated - b.updated || a.created - b.created || a.id - b.id
  return (a, b) => b.created - a.created || b.id - a.id
}

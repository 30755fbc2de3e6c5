import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param } from '../call.ts'
import { paged, pageOf, rowsOf } from '../paging.ts'
import { absent } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { repoShape } from '../shapes/repo.ts'
import { canRead } from '../state/access.ts'
import type { Repo } from '../state/repo.ts'
import type { User } from '../state/user.ts'
import { organizationOf, userOf } from './users.ts'

/** Reading repositories: one, by name or id, and lists of them. */
export const repoRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/search', scope: 'repository', route: searchRepos },
  { method: 'GET', pattern: '/repos/:owner/:repo', scope: 'repository', route: getRepo },
  { method: 'GET', pattern: '/repositories/:id', scope: 'repository', route: getRepoById },
  {
    method: 'GET',
    pattern: '/orgs/:org/repos',
    scope: 'organization',
    route: (call) => reposOf(call, organizationOf(call)),
  },
  { method: 'GET', pattern: '/users/:user/repos', scope: 'user', route: (call) => reposOf(call, userOf(call)) },
]

function getRepo(call: Call): FakeAnswer {
  return json(200, repoShape(call.state, repoOf(call), call.caller))
}

function getRepoById(call: Call): FakeAnswer {
  const repo = call.state.repos.get(Number(param(call, 'id')))
  if (!repo || !canRead(call.state, call.caller, repo)) throw absent(call)
  return json(200, repoShape(call.state, repo, call.caller))
}

/** An unknown uid finds nothing, with 200. Without `exclusive` a user's search also holds what others let them write to. */
function searchRepos(call: Call): FakeAnswer {
  const { query, state } = call
  const uid = Number(query.get('uid') ?? 0)
  const text = (query.get('q') ?? '').toLowerCase()
  const found = visible(call).filter(
    (repo) => (uid === 0 || repo.ownerId === uid) && repo.name.toLowerCase().includes(text),
  )
  const sorted = found.sort(ordering(query.get('sort') ?? 'alpha', query.get('order') ?? 'asc'))
  const page = pageOf(call)
  const data = rowsOf(sorted, page).map((repo) => repoShape(state, repo, call.caller))
  return paged(call, sorted.length, page, { ok: true, data })
}

/** Ties are broken by id, upwards: which the servers' database does too, as it walks its rows by id. */
function ordering(sort: string, order: string): (a: Repo, b: Repo) => number {
  const sign = order === 'desc' ? -1 : 1
  if (sort === 'updated') return (a, b) => sign * (a.updated - b.updated) || a.id - b.id
  if (sort === 'created') return (a, b) => sign * (a.created - b.created) || a.id - b.id
  if (sort === 'id') return (a, b) => sign * (a.id - b.id)
  return (a, b) => sign * (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1) || a.id - b.id
}

function reposOf(call: Call, owner: User): FakeAnswer {
  const found = visible(call).filter((repo) => repo.ownerId === owner.id)
  const page = pageOf(call)
  const rows = rowsOf(found, page).map((repo) => repoShape(call.state, repo, call.caller))
  return paged(call, found.length, page, rows)
}

function visible(call: Call): Repo[] {
  return [...call.state.repos.values()].filter((repo) => canRead(call.state, call.caller, repo))
}

import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param } from '../call.ts'
import type { Commit } from '../git/objects.ts'
import { branchNames } from '../git/refs.ts'
import { paged, pageOf, rowsOf } from '../paging.ts'
import { absent } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { branchShape } from '../shapes/branch.ts'
import { type Repo, tipOf } from '../state/repo.ts'

/** Reading branches. */
export const branchRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/:owner/:repo/branches', scope: 'repository', route: listBranches },
  { method: 'GET', pattern: '/repos/:owner/:repo/branches/*', scope: 'repository', route: getBranch },
]

type Branch = { name: string; commit: Commit }

/** Newest commit first since 1.21, by name before; an empty repository has null, before 1.19 an empty list. */
function listBranches(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const page = pageOf(call)
  const branches = branchesOf(repo)
  if (call.state.dialect.since(21)) branches.sort((a, b) => b.commit.committer.seconds - a.commit.committer.seconds)
  const rows = rowsOf(branches, page).map(({ name, commit }) =>
    branchShape(call.state, repo, name, commit, call.caller),
  )
  return paged(call, branches.length, page, repo.empty && call.state.dialect.since(19) ? null : rows)
}

function getBranch(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const name = param(call, '*')
  const commit = repo.objects.commit(tipOf(repo, name) ?? '')
  if (!commit) throw absent(call, call.state.dialect.forgejo ? [`branch does not exist [name: ${name}]`] : null)
  return json(200, branchShape(call.state, repo, name, commit, call.caller))
}

function branchesOf(repo: Repo): Branch[] {
  return branchNames(repo.refs).flatMap((name) => {
    const commit = repo.objects.commit(tipOf(repo, name) ?? '')
    return commit ? [{ name, commit }] : []
  })
}

import { z } from 'zod'
import { type FakeAnswer, json, nothing } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import { pushRef } from '../changes/push.ts'
import { renameBranch } from '../changes/repo.ts'
import { isAncestor } from '../git/history.ts'
import { absent, failure } from '../refusals.ts'
import { writableRepo } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { branchShape } from '../shapes/branch.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import { commitNamed } from './git.ts'

/** Making, moving, renaming and deleting branches; renaming and moving are Gitea's alone (seen on 1.26.1). */
export const branchWriteRoutes: RouteLine[] = [
  { method: 'POST', pattern: '/repos/:owner/:repo/branches', scope: 'repository', route: createBranch },
  { method: 'DELETE', pattern: '/repos/:owner/:repo/branches/*', scope: 'repository', route: removeBranch },
  {
    method: 'PATCH',
    pattern: '/repos/:owner/:repo/branches/*',
    scope: 'repository',
    route: rename,
    exists: ({ dialect }) => dialect.since(24),
  },
  {
    method: 'PUT',
    pattern: '/repos/:owner/:repo/branches/*',
    scope: 'repository',
    route: move,
    exists: ({ dialect }) => dialect.since(26),
  },
]

const newBranch = z.object({
  new_branch_name: z.string().min(1),
  old_branch_name: z.string().optional(),
  old_ref_name: z.string().optional(),
})

function createBranch(call: Call): FakeAnswer {
  const repo = filledRepo(call)
  const { new_branch_name: name, old_branch_name, old_ref_name } = bodyOf(call, newBranch)
  const start = commitNamed(repo, old_ref_name || old_branch_name || repo.defaultBranch)
  if (!start) throw failure(call, 404, 'The old branch does not exist')
  if (tipOf(repo, name)) throw failure(call, 409, 'The branch already exists.')
  pushRef(call.state, repo, `refs/heads/${name}`, start.id, signedIn(call))
  return json(201, branchShape(call.state, repo, name, start, call.caller))
}

/** An absent branch is an error of its own making to Forgejo 7.0.0: 500. */
function removeBranch(call: Call): FakeAnswer {
  const repo = filledRepo(call)
  const name = param(call, '*')
  const { forgejo } = call.state.dialect
  if (name === repo.defaultBranch)
    throw failure(call, 403, `can not delete default${forgejo ? '' : ' or pull request target'} branch`)
  const missing = `branch does not exist [name: ${name}]`
  if (!tipOf(repo, name)) throw forgejo ? failure(call, 500, `GetBranch: ${missing}`) : absent(call, [missing])
  pushRef(call.state, repo, `refs/heads/${name}`, undefined, signedIn(call))
  return nothing()
}

function rename(call: Call): FakeAnswer {
  const repo = filledRepo(call)
  const { name } = bodyOf(call, z.object({ name: z.string().min(1) }))
  if (tipOf(repo, name))
    throw failure(call, 422, 'Cannot rename a branch using the same name or rename to a branch that already exists.')
  if (!tipOf(repo, param(call, '*'))) throw failure(call, 404, "Branch doesn't exist.")
  renameBranch(call.state, repo, param(call, '*'), name, signedIn(call))
  return nothing()
}

/** Forwards, or anywhere by force. */
function move(call: Call): FakeAnswer {
  const repo = filledRepo(call)
  const name = param(call, '*')
  const { new_commit_id, force } = bodyOf(
    call,
    z.object({ new_commit_id: z.string(), force: z.boolean().default(false) }),
  )
  const tip = tipOf(repo, name)
  if (tip === undefined) throw absent(call)
  const wanted = commitNamed(repo, new_commit_id)
  if (!wanted || (!force && !isAncestor(repo.objects, tip, wanted.id))) throw failure(call, 422, 'not a fast-forward')
  pushRef(call.state, repo, `refs/heads/${name}`, wanted.id, signedIn(call))
  return nothing()
}

function filledRepo(call: Call): Repo {
  const repo = writableRepo(call)
  if (repo.empty) throw failure(call, 404, 'Git Repository is empty.')
  return repo
}

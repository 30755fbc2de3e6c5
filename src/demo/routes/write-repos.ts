import { z } from 'zod'
import { type FakeAnswer, json, nothing } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import { writeCommit } from '../changes/commit.ts'
import { changeSettings, createRepo, deleteRepo, forkRepo, transferRepo } from '../changes/repo.ts'
import { absent, failure, forbidden } from '../refusals.ts'
import { administeredRepo, repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { repoShape } from '../shapes/repo.ts'
import { owns } from '../state/access.ts'
import { findRepo, type Repo, tipOf } from '../state/repo.ts'
import { findUser, type User } from '../state/user.ts'
import { organizationOf } from './users.ts'

/** Making, changing, handing over, forking and deleting repositories. */
export const repoWriteRoutes: RouteLine[] = [
  {
    method: 'POST',
    pattern: '/orgs/:org/repos',
    scope: 'organization',
    route: (call) => create(call, organizationOf(call)),
  },
  { method: 'POST', pattern: '/user/repos', scope: 'user', route: (call) => create(call, signedIn(call)) },
  { method: 'PATCH', pattern: '/repos/:owner/:repo', scope: 'repository', route: edit },
  { method: 'DELETE', pattern: '/repos/:owner/:repo', scope: 'repository', route: remove },
  { method: 'POST', pattern: '/repos/:owner/:repo/transfer', scope: 'repository', route: transfer },
  { method: 'POST', pattern: '/repos/:owner/:repo/forks', scope: 'repository', route: fork },
  { method: 'PUT', pattern: '/repos/:owner/:repo/collaborators/:user', scope: 'repository', route: addCollaborator },
]

const newRepo = z.object({
  name: z.string().min(1),
  private: z.boolean().default(false),
  description: z.string().default(''),
  auto_init: z.boolean().default(false),
  default_branch: z.string().optional(),
})

/** With auto_init there is a README at once; no webhook tells of that first commit. */
function create(call: Call, owner: User): FakeAnswer {
  const maker = signedIn(call)
  if (!owns(maker, owner)) throw forbidden(call, 'Given user is not allowed to create repository in organization.')
  const { name, auto_init, default_branch, ...settings } = bodyOf(call, newRepo)
  if (findRepo(call.state, owner.login, name))
    throw failure(call, 409, 'The repository with the same name already exists.')
  const defaultBranch = default_branch || 'main'
  const first = (repo: Repo) => firstCommit(call, repo, maker)
  const repo = createRepo(call.state, owner, name, maker, {
    ...settings,
    defaultBranch,
    ...(auto_init ? { first } : {}),
  })
  return json(201, repoShape(call.state, repo, maker))
}

function firstCommit(call: Call, repo: Repo, maker: User): void {
  const files = { 'README.md': `# ${repo.name}\n\n${repo.description}` }
  const id = writeCommit(call.state, repo, repo.defaultBranch, files, maker, { message: 'Initial commit' })
  repo.refs.set(`refs/heads/${repo.defaultBranch}`, id)
  repo.empty = false
}

const settings = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  private: z.boolean().optional(),
  archived: z.boolean().optional(),
  default_branch: z.string().optional(),
  has_pull_requests: z.boolean().optional(),
  has_issues: z.boolean().optional(),
  autodetect_manual_merge: z.boolean().optional(),
  default_delete_branch_after_merge: z.boolean().optional(),
})

function edit(call: Call): FakeAnswer {
  const repo = administeredRepo(call)
  const wanted = bodyOf(call, settings)
  const taken = wanted.name === undefined ? undefined : findRepo(call.state, param(call, 'owner'), wanted.name)
  if (taken && taken.id !== repo.id) throw failure(call, 422, `repo name is already taken [name: ${wanted.name}]`)
  changeSettings(call.state, repo, settingsOf(repo, wanted))
  return json(200, repoShape(call.state, repo, call.caller))
}

/** A default branch that is not there is passed over. */
function settingsOf(repo: Repo, wanted: z.infer<typeof settings>): Partial<Repo> {
  const pairs = {
    name: wanted.name,
    description: wanted.description,
    private: wanted.private,
    archived: wanted.archived,
    defaultBranch: tipOf(repo, wanted.default_branch ?? '') ? wanted.default_branch : undefined,
    hasPulls: wanted.has_pull_requests,
    hasIssues: wanted.has_issues,
    autodetectManualMerge: wanted.autodetect_manual_merge,
    deleteBranchAfterMerge: wanted.default_delete_branch_after_merge,
  }
  return Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== undefined))
}

function remove(call: Call): FakeAnswer {
  deleteRepo(call.state, administeredRepo(call), signedIn(call))
  return nothing()
}

/** Where the one who hands over may create in the new owner's name it is done at once, as for site administrators. */
function transfer(call: Call): FakeAnswer {
  const repo = administeredRepo(call)
  const { new_owner } = bodyOf(call, z.object({ new_owner: z.string() }))
  const owner = findUser(call.state, new_owner)
  if (!owner) throw failure(call, 404, 'The new owner does not exist or cannot be found')
  if (findRepo(call.state, owner.login, repo.name))
    throw failure(call, 422, 'The repository with the same name already exists.')
  transferRepo(call.state, repo, owner)
  return json(202, repoShape(call.state, repo, call.caller))
}

function fork(call: Call): FakeAnswer {
  const parent = repoOf(call)
  const doer = signedIn(call)
  const { organization, name } = bodyOf(
    call,
    z.object({ organization: z.string().optional(), name: z.string().optional() }),
  )
  const owner = organization === undefined ? doer : findUser(call.state, organization)
  if (!owner) throw absent(call)
  if (!owns(doer, owner)) throw forbidden(call, 'User is no member of the organisation')
  if (findRepo(call.state, owner.login, name ?? parent.name))
    throw failure(call, 409, 'The repository with the same name already exists.')
  return json(202, repoShape(call.state, forkRepo(call.state, parent, owner, doer, name), doer))
}

function addCollaborator(call: Call): FakeAnswer {
  const user = findUser(call.state, param(call, 'user'))
  if (!user) throw failure(call, 422, `user does not exist [uid: 0, name: ${param(call, 'user')}]`)
  administeredRepo(call).collaborators.add(user.id)
  return nothing()
}

import { z } from 'zod'
import { type FakeAnswer, json, nothing } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import type { Json } from '../json.ts'
import { absent, failure, forbidden } from '../refusals.ts'
import type { RouteLine } from '../router.ts'
import { NEVER } from '../shapes/time.ts'
import { organizationShape, userShape } from '../shapes/user.ts'
import { owns } from '../state/access.ts'
import type { State } from '../state/state.ts'
import { addOrganization, addToken, addUser, deleteUser, findUser, renameUser, type User } from '../state/user.ts'
import { organizationOf, userOf } from './users.ts'

/** Making and removing people, organisations and tokens. */
export const userWriteRoutes: RouteLine[] = [
  { method: 'POST', pattern: '/orgs', scope: 'organization', route: createOrganization },
  { method: 'DELETE', pattern: '/orgs/:org', scope: 'organization', route: removeOrganization },
  {
    method: 'POST',
    pattern: '/orgs/:org/rename',
    scope: 'organization',
    route: renameOrganization,
    exists: ({ dialect }) => dialect.since(24),
  },
  { method: 'GET', pattern: '/orgs/:org/teams', scope: 'organization', route: listTeams },
  { method: 'PUT', pattern: '/teams/:team/members/:user', scope: 'organization', route: addMember },
  { method: 'POST', pattern: '/admin/users', scope: 'admin', route: createUser },
  { method: 'DELETE', pattern: '/admin/users/:user', scope: 'admin', route: removeUser },
  { method: 'POST', pattern: '/admin/users/:user/rename', scope: 'admin', route: rename },
  { method: 'POST', pattern: '/users/:user/tokens', scope: 'user', route: createToken },
  { method: 'DELETE', pattern: '/users/:user/tokens/:token', scope: 'user', route: removeToken },
]

function createOrganization(call: Call): FakeAnswer {
  const { username } = bodyOf(call, z.object({ username: z.string().min(1) }))
  const maker = signedIn(call)
  if (findUser(call.state, username)) throw failure(call, 422, `user already exists [name: ${username}]`)
  return json(201, organizationShape(call.state, addOrganization(call.state, username, maker)))
}

function ownedOrganization(call: Call): User {
  const organization = organizationOf(call)
  if (!owns(call.caller, organization)) throw forbidden(call, 'Must be an organization owner')
  return organization
}

function removeOrganization(call: Call): FakeAnswer {
  const organization = ownedOrganization(call)
  if (ownsRepos(call, organization))
    throw failure(call, 500, `user still has ownership of repositories [uid: ${organization.id}]`)
  deleteUser(call.state, organization)
  return nothing()
}

function renameOrganization(call: Call): FakeAnswer {
  const { new_name } = bodyOf(call, z.object({ new_name: z.string().min(1) }))
  renameUser(call.state, ownedOrganization(call), new_name)
  return nothing()
}

/** Every organisation has the one team of its owners; its id is the organisation's own. */
function listTeams(call: Call): FakeAnswer {
  const { id } = ownedOrganization(call)
  return json(200, [
    { id, name: 'Owners', description: '', organization: null, permission: 'owner', can_create_org_repo: true },
  ])
}

function addMember(call: Call): FakeAnswer {
  const organization = call.state.users.get(Number(param(call, 'team')))
  const user = findUser(call.state, param(call, 'user'))
  if (!organization?.isOrganization || !user) throw absent(call)
  if (!owns(call.caller, organization)) throw forbidden(call, 'Must be an organization owner')
  organization.owners.add(user.id)
  return nothing()
}

const newUser = z.object({ username: z.string().min(1), email: z.string(), password: z.string().default('') })

function createUser(call: Call): FakeAnswer {
  asAdministrator(call)
  const { username, email, password } = bodyOf(call, newUser)
  if (findUser(call.state, username)) throw failure(call, 422, `user already exists [name: ${username}]`)
  return json(201, userShape(call.state, addUser(call.state, username, { email, password }), call.caller))
}

/** Purged users take their repositories along; Forgejo 7.0.0 deletes their pulls too, Gitea keeps them as Ghost's. */
function removeUser(call: Call): FakeAnswer {
  asAdministrator(call)
  const user = userOf(call)
  const purge = call.query.get('purge') === 'true'
  if (!purge && ownsRepos(call, user))
    throw failure(call, 422, `user still has ownership of repositories [uid: ${user.id}]`)
  if (purge) forgetWorks(call, user)
  deleteUser(call.state, user)
  return nothing()
}

function forgetWorks({ state }: Call, user: User): void {
  for (const repo of [...state.repos.values()]) {
    if (repo.ownerId === user.id) state.repos.delete(repo.id)
    if (!state.dialect.forgejo) continue
    for (const pull of [...repo.pulls.values()]) if (pull.posterId === user.id) repo.pulls.delete(pull.number)
  }
}

function rename(call: Call): FakeAnswer {
  asAdministrator(call)
  const { new_username } = bodyOf(call, z.object({ new_username: z.string().min(1) }))
  renameUser(call.state, userOf(call), new_username)
  return nothing()
}

const newToken = z.object({ name: z.string(), scopes: z.array(z.string()).default([]) })

/** Only with a password. Without scopes Gitea refuses since 1.20; Forgejo 7.0.0 makes a token that may do nothing. */
function createToken(call: Call): FakeAnswer {
  const { state } = call
  const user = userOf(call)
  if (call.caller?.id !== user.id && !call.caller?.isAdmin)
    throw forbidden(call, 'doer should be the site admin or be same as the contextUser')
  if (!call.request.headers.authorization?.toLowerCase().startsWith('basic')) throw failure(call, 401, 'auth required')
  const { name, scopes } = bodyOf(call, newToken)
  if (state.tokens.some((token) => token.userId === user.id && token.name === name))
    throw failure(call, 400, 'access token name has been used already')
  if (scopes.length === 0 && state.dialect.since(24)) throw failure(call, 400, 'access token must have a scope')
  const { id, value } = addToken(state, user, name, scopes)
  return json(201, { id, name, sha1: value, token_last_eight: value.slice(-8), ...tokenExtras(state, scopes) })
}

/** Forgejo 7.0.0 does not say the scopes, though it keeps them; Gitea 1.26.1 says when, and does not know it yet. */
function tokenExtras({ dialect }: State, scopes: readonly string[]): Record<string, Json> {
  if (!dialect.since(19)) return {}
  return dialect.forgejo ? { scopes: null } : { scopes: [...scopes], created_at: NEVER, last_used_at: NEVER }
}

function removeToken(call: Call): FakeAnswer {
  const user = userOf(call)
  const wanted = param(call, 'token')
  const at = call.state.tokens.findIndex(
    (token) => token.userId === user.id && (token.name === wanted || String(token.id) === wanted),
  )
  if (at < 0) throw absent(call)
  call.state.tokens.splice(at, 1)
  return nothing()
}

function asAdministrator(call: Call): void {
  if (!signedIn(call).isAdmin) throw forbidden(call, 'user should be the site admin')
}

function ownsRepos({ state }: Call, user: User): boolean {
  return state.repos.values().some((repo) => repo.ownerId === user.id)
}

import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param, signedIn } from '../call.ts'
import { absent, failure } from '../refusals.ts'
import type { RouteLine } from '../router.ts'
import { organizationShape, userShape } from '../shapes/user.ts'
import { findUser, type User } from '../state/user.ts'

/** Reading users and organisations. */
export const userRoutes: RouteLine[] = [
  {
    method: 'GET',
    pattern: '/user',
    scope: 'user',
    route: (call) => json(200, userShape(call.state, signedIn(call), signedIn(call))),
  },
  { method: 'GET', pattern: '/users/:user', scope: 'user', route: getUser },
  { method: 'GET', pattern: '/orgs/:org', scope: 'organization', route: getOrganization },
]

function getUser(call: Call): FakeAnswer {
  return json(200, userShape(call.state, userOf(call), call.caller))
}

/** The user the path names. */
export function userOf(call: Call): User {
  const user = findUser(call.state, param(call, 'user'))
  if (!user) throw failure(call, 404, `user redirect does not exist [name: ${param(call, 'user')}]`)
  return user
}

function getOrganization(call: Call): FakeAnswer {
  return json(200, organizationShape(call.state, organizationOf(call)))
}

/** The organisation the path names. */
export function organizationOf(call: Call): User {
  const organization = findUser(call.state, param(call, 'org'))
  if (!organization?.isOrganization) {
    throw absent(call, [`user redirect does not exist [name: ${param(call, 'org')}]`], 'GetOrgByName')
  }
  return organization
}

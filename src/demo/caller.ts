import type { FakeRequest, Refusal } from './answer.ts'
import { refusal } from './refusals.ts'
import type { State } from './state/state.ts'
import { findUser, type Token, type User } from './state/user.ts'

/** Who a request comes from, and the token it shows, if it shows one. */
export type Credentials = { caller: User | undefined; token: Token | undefined }

/** Reads the Authorization header. A token nobody has is refused everywhere, also where anonymous reading is allowed. */
export function credentialsOf(state: State, request: FakeRequest): Credentials {
  const header = request.headers.authorization ?? ''
  const [scheme = '', value = ''] = header.split(' ', 2)
  if (header === '') return { caller: undefined, token: undefined }
  if (scheme.toLowerCase() === 'basic') return basic(state, Buffer.from(value, 'base64').toString())
  return ofToken(state, value)
}

/** Name and password, or a token in the place of either. */
function basic(state: State, pair: string): Credentials {
  const name = pair.slice(0, pair.indexOf(':'))
  const secret = pair.slice(pair.indexOf(':') + 1)
  const token = state.tokens.find(({ value }) => value === secret || value === name)
  if (token) return ofToken(state, token.value)
  const user = findUser(state, name)
  if (!user || user.isOrganization || user.password !== secret) throw badCredentials(state)
  return { caller: user, token: undefined }
}

function ofToken(state: State, value: string): Credentials {
  const token = state.tokens.find((known) => known.value === value)
  if (!token) throw badCredentials(state)
  return { caller: state.users.get(token.userId), token }
}

function badCredentials(state: State): Refusal {
  const message = state.dialect.forgejo ? 'user does not exist [uid: 0, name: ]' : 'invalid username, password or token'
  return refusal(state, 401, message)
}

export type Scope = 'repository' | 'issue' | 'organization' | 'user' | 'admin'

/** Refuses a token that may not do this (since 1.20): reading needs read: or write: of the category, changing needs write:. */
export function checkScope(state: State, { token }: Credentials, method: string, scope: Scope | undefined): void {
  if (!token || !scope || !state.dialect.since(20)) return
  const level = method === 'GET' || method === 'HEAD' ? 'read' : 'write'
  const enough = ['all', `write:${scope}`, ...(level === 'read' ? [`read:${scope}`] : [])]
  if (token.scopes.some((granted) => enough.includes(granted))) return
  const required = `${level}:${scope}`
  const message = state.dialect.forgejo
    ? `token does not have at least one of required scope(s): [${required}]`
    : `token does not have at least one of required scope(s), required=[${required}], token scope=${token.scopes.join(',')}`
  throw refusal(state, 403, message)
}

import { nextId, type State, seconds } from './state.ts'

/** A person, a bot, or an organisation: the servers keep them in one table, and so do their ids count. */
export type User = {
  id: number
  login: string
  email: string
  isOrganization: boolean
  isAdmin: boolean
  created: number
  password: string
  /** Of an organisation: who may do everything in it. */
  owners: Set<number>
}

export type Token = { id: number; name: string; userId: number; value: string; scopes: readonly string[] }

export type NewUser = { email?: string; isAdmin?: boolean; password?: string }

/** Adds a person. */
export function addUser(state: State, login: string, options: NewUser = {}): User {
  return keepUser(state, login, {
    email: options.email ?? `${login}@example.org`,
    isOrganization: false,
    isAdmin: options.isAdmin ?? false,
    password: options.password ?? 'passw0rd!x',
  })
}

/** Adds an organisation, owned by whoever made it. */
export function addOrganization(state: State, login: string, maker?: User): User {
  const organization = keepUser(state, login, { email: '', isOrganization: true, isAdmin: false, password: '' })
  if (maker) organization.owners.add(maker.id)
  return organization
}

function keepUser(state: State, login: string, rest: Omit<User, 'id' | 'login' | 'created' | 'owners'>): User {
  const user = { id: nextId(state, 'user'), login, created: seconds(state), owners: new Set<number>(), ...rest }
  state.users.set(user.id, user)
  state.renamed.delete(login.toLowerCase())
  return user
}

/** The user or organisation of a name, whatever its case. */
export function findUser(state: State, login: string): User | undefined {
  const wanted = login.toLowerCase()
  for (const user of state.users.values()) if (user.login.toLowerCase() === wanted) return user
  return undefined
}

/** Gives a user a token; its value is made of the fake's own randomness, 40 hexadecimal digits as the servers' are. */
export function addToken(state: State, user: User, name: string, scopes: readonly string[]): Token {
  const value = Array.from({ length: 40 }, () => Math.floor(state.random() * 16).toString(16)).join('')
  const token = { id: nextId(state, 'token'), name, userId: user.id, value, scopes }
  state.tokens.push(token)
  return token
}

/** A new name: repositories and pulls follow at once, and the old name redirects. */
export function renameUser(state: State, user: User, login: string): void {
  state.renamed.set(user.login.toLowerCase(), user.id)
  user.login = login
}

/** Forgets a user: what they wrote stays, and is Ghost's from now on. */
export function deleteUser(state: State, user: User): void {
  state.users.delete(user.id)
  state.tokens = state.tokens.filter((token) => token.userId !== user.id)
  for (const other of state.users.values()) other.owners.delete(user.id)
}

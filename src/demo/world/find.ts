import type { Pull } from '../state/pull.ts'
import { findRepo, ownerOf, type Repo, tipOf } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { findUser, type User } from '../state/user.ts'

/** In whose name something is done; the repository's owner unless said. */
export type By = { by?: string }

/** The repository of an `owner/name` that must be there. */
export function repoNamed(state: State, name: string): Repo {
  const [owner = '', short = ''] = name.split('/')
  const repo = findRepo(state, owner, short)
  if (!repo) throw new Error(`no repository ${name}`)
  return repo
}

/** The user or organisation of a login that must be there. */
export function userNamed(state: State, login: string): User {
  const user = findUser(state, login)
  if (!user) throw new Error(`no user ${login}`)
  return user
}

/** The pull of a number that must be there. */
export function pullNumbered(repo: Repo, number: number): Pull {
  const pull = repo.pulls.get(number)
  if (!pull) throw new Error(`no pull ${number} in ${repo.name}`)
  return pull
}

/** The commit a branch or an id names. */
export function commitOf(repo: Repo, name: string): string {
  const id = tipOf(repo, name) ?? repo.objects.commit(name)?.id
  if (id === undefined) throw new Error(`no branch or commit ${name} in ${repo.name}`)
  return id
}

/** Who does something to a repository. */
export function doerOf(state: State, repo: Repo, { by }: By): User {
  return by === undefined ? personOf(state, ownerOf(state, repo)) : userNamed(state, by)
}

/** A person to act for an owner; an organisation without owners acts itself. */
export function personOf(state: State, owner: User): User {
  const [first] = owner.owners
  return (first === undefined ? undefined : state.users.get(first)) ?? owner
}

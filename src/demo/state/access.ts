import { ownerOf, type Repo } from './repo.ts'
import type { State } from './state.ts'
import type { User } from './user.ts'

/** Whether somebody (nobody: an anonymous reader) may see a repository at all. */
export function canRead(state: State, user: User | undefined, repo: Repo): boolean {
  return !repo.private || canWrite(state, user, repo)
}

/** Whether somebody may push to a repository and change its pulls. */
export function canWrite(state: State, user: User | undefined, repo: Repo): boolean {
  return canAdminister(state, user, repo) || (user !== undefined && repo.collaborators.has(user.id))
}

/** Whether somebody may change a repository's settings and hooks. */
export function canAdminister(state: State, user: User | undefined, repo: Repo): boolean {
  return owns(user, ownerOf(state, repo))
}

/** Whether somebody may act for an owner: themselves, an organisation's owners, and the site's administrators. */
export function owns(user: User | undefined, owner: User): boolean {
  return user !== undefined && (user.isAdmin || user.id === owner.id || owner.owners.has(user.id))
}

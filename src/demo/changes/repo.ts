import { notifyCreated, notifyDeleted } from '../events/refs.ts'
import { notifyRepo } from '../events/repos.ts'
import { branchNames } from '../git/refs.ts'
import { openPullsFrom } from '../state/pull.ts'
import { addRepo, fullName, type Repo } from '../state/repo.ts'
import { type State, seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { closePull } from './close.ts'

export type NewRepo = Parameters<typeof addRepo>[3] & { first?: (repo: Repo) => void }

/** Makes a repository, empty or with what `first` puts into it, and then tells the owner's hooks. */
export function createRepo(state: State, owner: User, name: string, maker: User, options: NewRepo = {}): Repo {
  const repo = addRepo(state, owner, name, options)
  options.first?.(repo)
  if (owner.isOrganization) notifyRepo(state, repo, 'created', maker)
  return repo
}

/** Deletes a repository for good. Open pulls elsewhere that come from it are closed: their head is gone. */
export function deleteRepo(state: State, repo: Repo, doer: User): void {
  for (const branch of branchNames(repo.refs)) {
    for (const [base, pull] of openPullsFrom(state, repo, branch))
      if (base.id !== repo.id) closePull(state, base, pull, doer)
  }
  notifyRepo(state, repo, 'deleted', doer)
  state.repos.delete(repo.id)
  state.hooks = state.hooks.filter(({ owner }) => owner.kind !== 'repository' || owner.id !== repo.id)
  for (const [name, id] of state.moved) if (id === repo.id) state.moved.delete(name)
}

/** Changes settings without any webhook; only before Gitea 1.24, and on Forgejo, does that move the repository. */
export function changeSettings(state: State, repo: Repo, settings: Partial<Repo>): void {
  const before = fullName(state, repo).toLowerCase()
  Object.assign(repo, settings)
  const after = fullName(state, repo).toLowerCase()
  if (before !== after) state.moved.set(before, repo.id)
  state.moved.delete(after)
  if (!state.dialect.since(24)) repo.updated = seconds(state)
}

/** Hands a repository to another owner; its id and its old name's redirect stay. */
export function transferRepo(state: State, repo: Repo, owner: User): void {
  changeSettings(state, repo, { ownerId: owner.id })
}

/** Renames a branch as Gitea 1.26.1 does: hooks see it deleted and created, nothing moves, open pulls follow. */
export function renameBranch(state: State, repo: Repo, from: string, to: string, doer: User): void {
  const tip = repo.refs.get(`refs/heads/${from}`)
  if (tip === undefined) return
  repo.refs.delete(`refs/heads/${from}`)
  repo.refs.set(`refs/heads/${to}`, tip)
  if (repo.defaultBranch === from) repo.defaultBranch = to
  renameInPulls(state, repo, from, to)
  notifyDeleted(state, { repo, ref: `refs/heads/${from}`, before: tip, after: undefined, pusher: doer })
  notifyCreated(state, { repo, ref: `refs/heads/${to}`, before: undefined, after: tip, pusher: doer })
}

/** Heads and bases of unmerged pulls carry the new name, closed ones too (models/git/branch.go, RenameBranch). */
function renameInPulls(state: State, repo: Repo, from: string, to: string): void {
  for (const base of state.repos.values()) {
    for (const pull of base.pulls.values()) {
      if (pull.merged) continue
      if (base.id === repo.id && pull.base === from) pull.base = to
      if (!pull.head.agit && pull.head.repoId === repo.id && pull.head.branch === from) pull.head.branch = to
    }
  }
}

/** Copies a repository for somebody else; the copy shares its objects. */
export function forkRepo(state: State, parent: Repo, owner: User, doer: User, name = parent.name): Repo {
  return createRepo(state, owner, name, doer, { parent })
}

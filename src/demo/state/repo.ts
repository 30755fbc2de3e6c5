import { type ObjectStore, objectStore } from '../git/objects.ts'
import type { Refs } from '../git/refs.ts'
import type { Pull } from './pull.ts'
import { nextId, type State, seconds } from './state.ts'
import { findUser, type User } from './user.ts'

export type Repo = {
  id: number
  ownerId: number
  name: string
  description: string
  private: boolean
  archived: boolean
  defaultBranch: string
  /** No branch was ever pushed. */
  empty: boolean
  created: number
  /** The second of the last push, or, where the server counts those too, of the last change of settings. */
  updated: number
  parentId: number | undefined
  hasPulls: boolean
  hasIssues: boolean
  autodetectManualMerge: boolean
  deleteBranchAfterMerge: boolean
  collaborators: Set<number>
  refs: Refs
  objects: ObjectStore
  pulls: Map<number, Pull>
  labels: Label[]
  /** The last number given to a pull; numbers are never reused. */
  lastNumber: number
}

type Label = { id: number; name: string; color: string }

type NewRepo = { private?: boolean; description?: string; defaultBranch?: string; parent?: Repo }

/** Adds an empty repository, or with `parent` a fork that holds the parent's branches and shares its objects. */
export function addRepo(state: State, owner: User, name: string, options: NewRepo = {}): Repo {
  const { parent } = options
  const made = seconds(state)
  const repo: Repo = {
    id: nextId(state, 'repo'),
    ownerId: owner.id,
    name,
    description: options.description ?? '',
    private: options.private ?? parent?.private ?? false,
    archived: false,
    defaultBranch: options.defaultBranch ?? parent?.defaultBranch ?? 'main',
    empty: parent?.empty ?? true,
    created: made,
    updated: made,
    parentId: parent?.id,
    hasPulls: true,
    hasIssues: parent === undefined,
    autodetectManualMerge: false,
    deleteBranchAfterMerge: false,
    collaborators: new Set(),
    refs: new Map([...(parent?.refs ?? [])].filter(([ref]) => !ref.startsWith('refs/pull/'))),
    objects: parent?.objects ?? objectStore(),
    pulls: new Map(),
    labels: [],
    lastNumber: 0,
  }
  state.repos.set(repo.id, repo)
  state.moved.delete(fullName(state, repo).toLowerCase())
  return repo
}

/** `owner/name` as the server spells it now. */
export function fullName(state: State, repo: Repo): string {
  return `${ownerOf(state, repo).login}/${repo.name}`
}

/** A repository always has an owner: the servers refuse to delete a user who still owns one. */
export function ownerOf(state: State, repo: Repo): User {
  const owner = state.users.get(repo.ownerId)
  if (!owner) throw new Error(`repository ${repo.id} has no owner`)
  return owner
}

/** The repository of a name, whatever its case; names that were left are not followed. */
export function findRepo(state: State, owner: string, name: string): Repo | undefined {
  const ownerId = findUser(state, owner)?.id
  const wanted = name.toLowerCase()
  for (const repo of state.repos.values()) {
    if (repo.ownerId === ownerId && repo.name.toLowerCase() === wanted) return repo
  }
  return undefined
}

/** The commit a branch points to. */
export function tipOf(repo: Repo, branch: string): string | undefined {
  return repo.refs.get(`refs/heads/${branch}`)
}

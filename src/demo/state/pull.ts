import { mergeBase } from '../git/history.ts'
import { type Repo, tipOf } from './repo.ts'
import { nextId, type State, seconds } from './state.ts'

export type Comment = { id: number; posterId: number; body: string; created: number; updated: number }

export type Pull = {
  id: number
  number: number
  repoId: number
  posterId: number
  title: string
  body: string
  base: string
  head: Head
  created: number
  updated: number
  closed: number | undefined
  merged: { at: number; by: number; commit: string; base: string } | undefined
  /** How often the body was edited: Gitea 1.26.1 counts it. */
  contentVersion: number
  comments: Comment[]
  labelIds: number[]
  reviews: { id: number; reviewerId: number }[]
}

/** Where a pull comes from. An AGit pull has no branch; the repository of a deleted fork stays named by an id nobody has. */
type Head = { repoId: number; branch: string; agit: boolean }

type NewPull = { posterId: number; title: string; body: string; base: string; head: Head; commit: string }

/** Adds an open pull, and its ref in the base repository. */
export function addPull(state: State, repo: Repo, { commit, ...rest }: NewPull): Pull {
  repo.lastNumber += 1
  const opened = seconds(state)
  const pull: Pull = {
    id: nextId(state, 'pull'),
    number: repo.lastNumber,
    repoId: repo.id,
    created: opened,
    updated: opened,
    closed: undefined,
    merged: undefined,
    contentVersion: 0,
    comments: [],
    labelIds: [],
    reviews: [],
    ...rest,
  }
  repo.pulls.set(pull.number, pull)
  repo.refs.set(headRef(pull), commit)
  return pull
}

/** The ref that holds a pull's head in its base repository, and outlives the branch. */
export function headRef(pull: Pull): string {
  return `refs/pull/${pull.number}/head`
}

/** Whether a pull is neither merged nor closed. */
export function isOpen(pull: Pull): boolean {
  return pull.closed === undefined
}

/** The repository a pull comes from, unless it is gone. */
export function headRepo(state: State, repo: Repo, pull: Pull): Repo | undefined {
  return pull.head.agit ? repo : state.repos.get(pull.head.repoId)
}

/** The head branch's tip, while that branch exists. */
export function headTip(state: State, repo: Repo, pull: Pull): string | undefined {
  const from = headRepo(state, repo, pull)
  return from && !pull.head.agit ? tipOf(from, pull.head.branch) : undefined
}

/** Every open pull that comes from a branch, with its base repository. */
export function openPullsFrom(state: State, from: Repo, branch: string): [Repo, Pull][] {
  const found: [Repo, Pull][] = []
  for (const repo of state.repos.values()) {
    for (const pull of repo.pulls.values()) {
      const { head } = pull
      if (isOpen(pull) && !head.agit && head.repoId === from.id && head.branch === branch) found.push([repo, pull])
    }
  }
  return found
}

/** Where head and base parted: of a merged pull as it was just before the merge. */
export function mergeBaseOf(repo: Repo, pull: Pull): string {
  const base = pull.merged?.base ?? tipOf(repo, pull.base)
  const head = repo.refs.get(headRef(pull))
  return (base && head && mergeBase(repo.objects, base, head)) ?? ''
}

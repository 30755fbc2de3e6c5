import { notifyPull } from '../events/pulls.ts'
import { headTip, type Pull } from '../state/pull.ts'
import type { Repo } from '../state/repo.ts'
import { type State, seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'

/** Closes an open pull. */
export function closePull(state: State, repo: Repo, pull: Pull, doer: User): void {
  if (pull.closed !== undefined) return
  pull.closed = seconds(state)
  pull.updated = seconds(state)
  notifyPull(state, repo, pull, 'closed', doer)
}

/** Opens a closed pull again; one that was merged, or whose branch is gone, stays closed and the answer is no. */
export function reopenPull(state: State, repo: Repo, pull: Pull, doer: User): boolean {
  if (pull.merged || (!pull.head.agit && headTip(state, repo, pull) === undefined)) return false
  if (pull.closed === undefined) return true
  pull.closed = undefined
  pull.updated = seconds(state)
  notifyPull(state, repo, pull, 'reopened', doer)
  return true
}

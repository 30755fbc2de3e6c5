import { notifyPull } from '../events/pulls.ts'
import type { Pull } from '../state/pull.ts'
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

/** Opens a closed pull again, even when its branch is gone, and leaves its ref where it was; a merged one stays closed. */
export function reopenPull(state: State, repo: Repo, pull: Pull, doer: User): void {
  if (pull.merged || pull.closed === undefined) return
  pull.closed = undefined
  pull.updated = seconds(state)
  notifyPull(state, repo, pull, 'reopened', doer)
}

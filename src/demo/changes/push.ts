import { notifyCreated, notifyDeleted, notifyPushed, type Push } from '../events/refs.ts'
import type { Repo } from '../state/repo.ts'
import { type State, seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { adjustPulls, detectMerges, syncPulls } from './branch-pulls.ts'

/** Moves, makes or (with undefined) deletes a ref as a push does, with all that follows from it; the same commit is no push. */
export function pushRef(state: State, repo: Repo, ref: string, after: string | undefined, pusher: User): void {
  const push = { repo, ref, before: repo.refs.get(ref), after, pusher }
  if (push.before === after) return
  moveRef(state, push)
  followPush(state, push)
}

/** The part of a push that is true at once. */
export function moveRef(state: State, { repo, ref, after }: Push): void {
  if (after === undefined) repo.refs.delete(ref)
  else repo.refs.set(ref, after)
  repo.updated = seconds(state)
}

/** The part of a push that the servers do afterwards: webhooks, and the pulls that hang on the branch. */
export function followPush(state: State, push: Push): void {
  if (push.ref.startsWith('refs/tags/')) tagPushed(state, push)
  else if (push.ref.startsWith('refs/heads/')) branchPushed(state, push)
}

function branchPushed(state: State, push: Push): void {
  const { repo, before, after } = push
  if (after === undefined) {
    notifyDeleted(state, push)
    adjustPulls(state, push)
    return
  }
  if (before === undefined) {
    if (repo.empty) repo.defaultBranch = push.ref.slice('refs/heads/'.length)
    repo.empty = false
    notifyCreated(state, push)
  }
  notifyPushed(state, push)
  if (before !== undefined) syncPulls(state, push)
  if (repo.autodetectManualMerge) detectMerges(state, push)
}

/** A tag's push comes before its creation, a branch's after. */
function tagPushed(state: State, push: Push): void {
  notifyPushed(state, push)
  if (push.after === undefined) notifyDeleted(state, push)
  else notifyCreated(state, push)
}

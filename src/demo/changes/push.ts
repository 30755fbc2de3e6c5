import { notifyPull } from '../events/pulls.ts'
import { NO_COMMIT, notifyCreated, notifyDeleted, notifyPushed } from '../events/refs.ts'
import { ancestors } from '../git/history.ts'
import { headRef, isOpen, openPullsFrom, type Pull } from '../state/pull.ts'
import type { Repo } from '../state/repo.ts'
import { type State, seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { closePull } from './close.ts'

/** Moves, makes or (with undefined) deletes a ref as a push does, with all that follows from it; the same commit is no push. */
export function pushRef(state: State, repo: Repo, ref: string, after: string | undefined, pusher: User): void {
  const before = repo.refs.get(ref)
  if (before === after) return
  moveRef(state, repo, ref, after)
  followPush(state, repo, ref, before, after, pusher)
}

/** The part of a push that is true at once. */
export function moveRef(state: State, repo: Repo, ref: string, after: string | undefined): void {
  if (after === undefined) repo.refs.delete(ref)
  else repo.refs.set(ref, after)
  repo.updated = seconds(state)
}

/** The part of a push that the servers do afterwards: webhooks, and the pulls that hang on the branch. */
export function followPush(
  state: State,
  repo: Repo,
  ref: string,
  before: string | undefined,
  after: string | undefined,
  pusher: User,
): void {
  if (ref.startsWith('refs/tags/')) pushTag(state, repo, ref, before, after, pusher)
  else if (ref.startsWith('refs/heads/')) pushBranch(state, repo, ref, before, after, pusher)
}

function pushBranch(
  state: State,
  repo: Repo,
  ref: string,
  before: string | undefined,
  after: string | undefined,
  pusher: User,
): void {
  const branch = ref.slice('refs/heads/'.length)
  if (after === undefined) {
    notifyDeleted(state, repo, ref, pusher)
    adjustPulls(state, repo, branch, pusher)
    return
  }
  if (before === undefined) {
    if (repo.empty) repo.defaultBranch = branch
    repo.empty = false
    notifyCreated(state, repo, ref, after, pusher)
  }
  notifyPushed(state, repo, ref, before ?? NO_COMMIT, after, pusher)
  if (before !== undefined) syncPulls(state, repo, branch, after, pusher)
  if (repo.autodetectManualMerge) detectMerges(state, repo, branch, before, after, pusher)
}

/** A tag's push comes before its creation, a branch's after. */
function pushTag(
  state: State,
  repo: Repo,
  ref: string,
  before: string | undefined,
  after: string | undefined,
  pusher: User,
): void {
  notifyPushed(state, repo, ref, before ?? NO_COMMIT, after ?? NO_COMMIT, pusher)
  if (after === undefined) notifyDeleted(state, repo, ref, pusher)
  else notifyCreated(state, repo, ref, after, pusher)
}

/** Open pulls from the branch follow it; closed and merged ones do not, and do not move. */
function syncPulls(state: State, from: Repo, branch: string, tip: string, pusher: User): void {
  for (const [repo, pull] of openPullsFrom(state, from, branch)) {
    repo.refs.set(headRef(pull), tip)
    pull.updated = seconds(state)
    notifyPull(state, repo, pull, 'synchronized', pusher)
  }
}

/**
 * Open pulls of a deleted branch are closed. Those onto it: Gitea 1.26.1 retargets them to the default branch, telling
 * nobody, Forgejo 7.0.0 and Gitea 1.15 close them.
 */
function adjustPulls(state: State, repo: Repo, branch: string, pusher: User): void {
  for (const [base, pull] of openPullsFrom(state, repo, branch)) closePull(state, base, pull, pusher)
  for (const pull of repo.pulls.values()) {
    if (!isOpen(pull) || pull.base !== branch) continue
    if (!state.dialect.since(24)) closePull(state, repo, pull, pusher)
    else if (repo.refs.get(`refs/heads/${repo.defaultBranch}`) !== repo.refs.get(headRef(pull))) {
      pull.base = repo.defaultBranch
      pull.updated = seconds(state)
    }
  }
}

/** With autodetect_manual_merge a pull whose head is pushed to its base counts as merged; without, it stays open. */
function detectMerges(
  state: State,
  repo: Repo,
  branch: string,
  before: string | undefined,
  after: string,
  pusher: User,
): void {
  const held = ancestors(repo.objects, after)
  for (const pull of repo.pulls.values()) {
    const head = repo.refs.get(headRef(pull))
    if (isOpen(pull) && pull.base === branch && head && held.has(head))
      markMerged(state, repo, pull, after, before ?? after, pusher)
  }
}

/** A merged pull is closed at the same second. */
export function markMerged(state: State, repo: Repo, pull: Pull, commit: string, base: string, doer: User): void {
  const at = seconds(state)
  pull.merged = { at, by: doer.id, commit, base }
  pull.closed = at
  pull.updated = at
  notifyPull(state, repo, pull, 'closed', doer)
}

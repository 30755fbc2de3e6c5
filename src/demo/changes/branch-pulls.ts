import { notifyPull } from '../events/pulls.ts'
import type { Push } from '../events/refs.ts'
import { ancestors } from '../git/history.ts'
import { headRef, isOpen, openPullsFrom, type Pull } from '../state/pull.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import { type State, seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { closePull } from './close.ts'

/** Open pulls from a pushed branch follow it; closed and merged ones do not, and do not move. */
export function syncPulls(state: State, { repo: from, ref, after = '', pusher }: Push): void {
  for (const [repo, pull] of openPullsFrom(state, from, branchOf(ref))) {
    repo.refs.set(headRef(pull), after)
    pull.updated = seconds(state)
    notifyPull(state, repo, pull, 'synchronized', pusher)
  }
}

/**
 * Open pulls of a deleted branch are closed. Those onto it: Gitea 1.26.1 retargets them to the default branch, Forgejo
 * 7.0.0 and Gitea 1.15 close them.
 */
export function adjustPulls(state: State, { repo, ref, pusher }: Push): void {
  for (const [base, pull] of openPullsFrom(state, repo, branchOf(ref))) closePull(state, base, pull, pusher)
  if (state.dialect.since(24)) retargetPulls(state, repo, branchOf(ref), repo.defaultBranch)
  else for (const pull of openPullsOnto(repo, branchOf(ref))) closePull(state, repo, pull, pusher)
}

/** Gives the open pulls onto a branch another base, telling nobody; not those that would have nothing to merge, or a twin. */
export function retargetPulls(state: State, repo: Repo, from: string, to: string): void {
  for (const pull of openPullsOnto(repo, from)) {
    const twin = openPullsOnto(repo, to).some(
      ({ head }) => head.repoId === pull.head.repoId && head.branch === pull.head.branch,
    )
    if (twin || tipOf(repo, to) === repo.refs.get(headRef(pull))) continue
    pull.base = to
    pull.updated = seconds(state)
  }
}

function openPullsOnto(repo: Repo, branch: string): Pull[] {
  return [...repo.pulls.values()].filter((pull) => isOpen(pull) && pull.base === branch)
}

/** With autodetect_manual_merge a pull whose head is pushed to its base counts as merged; without, it stays open. */
export function detectMerges(state: State, { repo, ref, before, after = '', pusher }: Push): void {
  const held = ancestors(repo.objects, after)
  for (const pull of repo.pulls.values()) {
    const head = repo.refs.get(headRef(pull))
    if (!isOpen(pull) || pull.base !== branchOf(ref) || !head || !held.has(head)) continue
    markMerged(state, repo, pull, { commit: after, base: before ?? after }, pusher)
  }
}

/** A merged pull is closed at the same second. */
export function markMerged(
  state: State,
  repo: Repo,
  pull: Pull,
  by: { commit: string; base: string },
  doer: User,
): void {
  const at = seconds(state)
  pull.merged = { at, by: doer.id, ...by }
  pull.closed = at
  pull.updated = at
  notifyPull(state, repo, pull, 'closed', doer)
}

function branchOf(ref: string): string {
  return ref.slice('refs/heads/'.length)
}

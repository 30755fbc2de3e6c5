import { notifyCommented, notifyPull, notifyReviewed } from '../events/pulls.ts'
import type { Json } from '../json.ts'
import { type Comment, headRef, type Pull } from '../state/pull.ts'
import type { Repo } from '../state/repo.ts'
import { nextId, type State, seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'

/** A new title; the same one is no change. */
export function retitlePull(state: State, repo: Repo, pull: Pull, title: string, doer: User): void {
  if (title === pull.title) return
  const from = pull.title
  pull.title = title
  pull.updated = seconds(state)
  notifyPull(state, repo, pull, 'edited', doer, { title: { from }, ...labelChanges(state) })
}

/**
 * A body, kept byte for byte. Gitea 1.26.1 counts and tells of it even when it is the one there was; Forgejo 7.0.0's API
 * writes it without a webhook (EditPullRequest in routers/api/v1/repo/pull.go), as Gitea 1.15 did.
 */
export function rewritePull(state: State, repo: Repo, pull: Pull, body: string, doer: User): void {
  const from = pull.body
  pull.body = body
  pull.contentVersion += 1
  pull.updated = seconds(state)
  if (state.dialect.since(24)) notifyPull(state, repo, pull, 'edited', doer, { body: { from }, ...labelChanges(state) })
}

/** Another branch to merge into. The webhook's `changes.ref.from` is the new branch, on Gitea 1.26.1 and Forgejo 7.0.0 alike. */
export function retargetPull(state: State, repo: Repo, pull: Pull, base: string, doer: User): void {
  if (base === pull.base) return
  pull.base = base
  pull.updated = seconds(state)
  notifyPull(state, repo, pull, 'edited', doer, { ref: { from: base }, ...labelChanges(state) })
}

function labelChanges({ dialect }: State): Record<string, Json> {
  return dialect.since(24) ? { added_labels: null, removed_labels: null } : {}
}

/** A comment moves the pull; changing or deleting it later does not. */
export function commentPull(state: State, repo: Repo, pull: Pull, body: string, doer: User): Comment {
  const at = seconds(state)
  const comment = { id: nextId(state, 'comment'), posterId: doer.id, body, created: at, updated: at }
  pull.comments.push(comment)
  pull.updated = at
  notifyCommented(state, repo, pull, comment, doer)
  return comment
}

/** Replaces a pull's labels. */
export function labelPull(state: State, repo: Repo, pull: Pull, labelIds: number[], doer: User): void {
  pull.labelIds = labelIds
  pull.updated = seconds(state)
  notifyPull(state, repo, pull, 'label_updated', doer)
}

/** A review with its verdict; it moves the pull. */
export function reviewPull(
  state: State,
  repo: Repo,
  pull: Pull,
  kind: 'approved' | 'rejected',
  content: string,
  doer: User,
): void {
  pull.reviews.push({ id: nextId(state, 'review'), reviewerId: doer.id })
  pull.updated = seconds(state)
  notifyReviewed(state, repo, pull, kind, content, doer)
}

/** Deletes a pull and its ref. Before Gitea 1.25, and on Forgejo 7.0.0, no webhook tells. */
export function deletePull(state: State, repo: Repo, pull: Pull, doer: User): void {
  if (state.dialect.since(25)) notifyPull(state, repo, pull, 'deleted', doer)
  repo.pulls.delete(pull.number)
  repo.refs.delete(headRef(pull))
}

import type { Json } from '../json.ts'
import { commentShape } from '../shapes/comment.ts'
import { issueShape } from '../shapes/issue.ts'
import { pullShape } from '../shapes/pull.ts'
import { repoShape } from '../shapes/repo.ts'
import { userShape } from '../shapes/user.ts'
import type { Comment, Pull } from '../state/pull.ts'
import { ownerOf, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { notify } from './notify.ts'

export type PullAction =
  | 'opened'
  | 'edited'
  | 'closed'
  | 'reopened'
  | 'synchronized'
  | 'deleted'
  | 'label_updated'
  | 'label_cleared'

const types: Partial<Record<PullAction, string>> = {
  synchronized: 'pull_request_sync',
  label_updated: 'pull_request_label',
  label_cleared: 'pull_request_label',
}

/** Something happened to a pull; `changes` says what an edit changed from. A merge is `closed` with merged true. */
export function notifyPull(state: State, repo: Repo, pull: Pull, action: PullAction, doer: User, changes?: Json): void {
  const payload = () => ({ action, ...pullFields(state, repo, pull, doer, changes), review: null })
  notify(state, repo, { type: types[action] ?? 'pull_request', payload })
}

/** Somebody reviewed a pull. */
export function notifyReviewed(
  state: State,
  repo: Repo,
  pull: Pull,
  kind: 'approved' | 'rejected',
  content: string,
  doer: User,
): void {
  const type = `pull_request_review_${kind}`
  const reviewer = state.dialect.since(24) ? userShape(state, doer) : null
  const payload = () => {
    const fields = pullFields(state, repo, pull, doer, undefined)
    return { action: 'reviewed', ...fields, requested_reviewer: reviewer, review: { type, content } }
  }
  notify(state, repo, { type, payload })
}

/** Somebody commented a pull; the event is named after issues. */
export function notifyCommented(state: State, repo: Repo, pull: Pull, comment: Comment, doer: User): void {
  const payload = () => ({
    action: 'created',
    issue: issueShape(state, repo, pull, undefined),
    pull_request: state.dialect.since(23) ? pullShape(state, repo, pull, doer, 'single') : undefined,
    comment: commentShape(state, repo, pull, comment),
    repository: repoShape(state, repo, doer),
    sender: userShape(state, doer),
    is_pull: true,
  })
  notify(state, repo, { type: 'pull_request_comment', payload })
}

function pullFields(
  state: State,
  repo: Repo,
  pull: Pull,
  doer: User,
  changes: Json | undefined,
): Record<string, Json | undefined> {
  const since16 = (value: Json) => (state.dialect.since(16) ? value : undefined)
  return {
    number: pull.number,
    changes,
    pull_request: pullShape(state, repo, pull, doer, 'single'),
    requested_reviewer: since16(null),
    repository: repoShape(state, repo, ownerOf(state, repo)),
    sender: userShape(state, doer),
    commit_id: since16(''),
  }
}

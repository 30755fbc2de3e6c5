import { changedPaths } from '../git/trees.ts'
import type { Json } from '../json.ts'
import { headRef, headRepo, headTip, isOpen, mergeBaseOf, type Pull } from '../state/pull.ts'
import { fullName, type Repo, tipOf } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { isDraft, labelShapes } from './issue.ts'
import { repoShape } from './repo.ts'
import { rfc3339, rfc3339OrNull } from './time.ts'
import { userShape } from './user.ts'

/**
 * Which request the pull answers. Since Gitea 1.24 a list takes the head's commit from refs/pull/N/head, leaves the
 * diff's size out and merged_by null; a single pull, a webhook, and every older server look at the head branch itself.
 */
export type PullView = 'single' | 'list'

/** A pull as a reader sees it. */
export function pullShape(state: State, repo: Repo, pull: Pull, reader: User | undefined, view: PullView): Json {
  const brief = view === 'list' && state.dialect.since(24)
  const page = `${state.url}/${fullName(state, repo)}/pulls/${pull.number}`
  return {
    id: pull.id,
    url: page,
    number: pull.number,
    user: userShape(state, state.users.get(pull.posterId), reader),
    title: pull.title,
    body: pull.body,
    labels: labelShapes(state, repo, pull),
    milestone: null,
    assignee: null,
    assignees: state.dialect.since(24) && !brief ? [] : null,
    ...review(state, pull, brief),
    state: isOpen(pull) ? 'open' : 'closed',
    draft: state.dialect.since(23) ? isDraft(pull) : undefined,
    is_locked: false,
    comments: pull.comments.length,
    review_comments: state.dialect.since(24) && pull.reviews.length > 0 ? pull.reviews.length : undefined,
    ...(brief ? {} : size(state, repo, pull)),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    mergeable: true,
    ...outcome(state, pull, brief),
    base: baseShape(state, repo, pull, reader),
    head: headShape(state, repo, pull, reader, brief),
    merge_base: mergeBaseOf(repo, pull),
    due_date: null,
    created_at: rfc3339(pull.created),
    updated_at: rfc3339(pull.updated),
    closed_at: state.dialect.since(19) ? rfc3339OrNull(pull.closed) : null,
    pin_order: state.dialect.since(20) ? 0 : undefined,
    content_version: state.dialect.since(26) ? pull.contentVersion : undefined,
  }
}

function review(state: State, pull: Pull, brief: boolean): Record<string, Json | undefined> {
  if (!state.dialect.since(18)) return {}
  const reviewers = pull.reviews.map(({ reviewerId }) => userShape(state, state.users.get(reviewerId)))
  const none = state.dialect.since(24) && !brief ? [] : null
  return {
    requested_reviewers: reviewers.length > 0 ? reviewers : none,
    requested_reviewers_teams: state.dialect.since(23) ? none : undefined,
  }
}

/** The servers count lines of a diff, as long as there is a head repository; the fake counts a line a file. */
function size(state: State, repo: Repo, pull: Pull): Record<string, Json | undefined> {
  if (!state.dialect.since(23) || pull.head.agit || !headRepo(state, repo, pull)) return {}
  const trees = [mergeBaseOf(repo, pull), repo.refs.get(headRef(pull)) ?? ''].map((id) => repo.objects.commit(id)?.tree)
  const files = changedPaths(repo.objects, trees[0] ?? '', trees[1] ?? '').length
  return { additions: files, deletions: 0, changed_files: files }
}

function outcome(state: State, pull: Pull, brief: boolean): Record<string, Json | undefined> {
  const { merged } = pull
  return {
    merged: merged !== undefined,
    merged_at: rfc3339OrNull(merged?.at),
    merge_commit_sha: merged?.commit ?? null,
    merged_by: merged && !brief ? userShape(state, state.users.get(merged.by)) : null,
    allow_maintainer_edit: state.dialect.since(16) ? state.dialect.since(24) : undefined,
  }
}

function baseShape(state: State, repo: Repo, pull: Pull, reader: User | undefined): Json {
  return {
    label: pull.base,
    ref: pull.base,
    sha: tipOf(repo, pull.base) ?? '',
    repo_id: repo.id,
    repo: repoShape(state, repo, reader),
  }
}

function headShape(state: State, repo: Repo, pull: Pull, reader: User | undefined, brief: boolean): Json {
  const from = headRepo(state, repo, pull)
  const tip = headTip(state, repo, pull)
  const kept = repo.refs.get(headRef(pull)) ?? ''
  return {
    label: pull.head.agit ? '' : pull.head.branch,
    ref: tip === undefined ? headRef(pull) : pull.head.branch,
    sha: brief ? kept : (tip ?? kept),
    repo_id: from?.id ?? -1,
    repo: from ? repoShape(state, from, reader) : null,
  }
}

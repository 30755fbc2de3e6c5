import type { Json } from '../json.ts'
import { isOpen, type Pull } from '../state/pull.ts'
import { fullName, ownerOf, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { rfc3339, rfc3339OrNull } from './time.ts'
import { userShape } from './user.ts'

/** A pull as the issue endpoints show it: without branches and commits. */
export function issueShape(state: State, repo: Repo, pull: Pull, reader: User | undefined): Json {
  const { dialect, url } = state
  const name = fullName(state, repo)
  return {
    id: pull.id,
    url: `${url}/api/v1/repos/${name}/issues/${pull.number}`,
    html_url: `${url}/${name}/pulls/${pull.number}`,
    number: pull.number,
    user: userShape(state, state.users.get(pull.posterId), reader),
    original_author: '',
    original_author_id: 0,
    title: pull.title,
    body: pull.body,
    ref: '',
    assets: dialect.since(18) ? [] : undefined,
    labels: labelShapes(state, repo, pull),
    milestone: null,
    assignee: null,
    assignees: null,
    state: isOpen(pull) ? 'open' : 'closed',
    is_locked: false,
    comments: pull.comments.length,
    created_at: rfc3339(pull.created),
    updated_at: rfc3339(pull.updated),
    closed_at: rfc3339OrNull(pull.closed),
    due_date: null,
    time_estimate: dialect.since(23) ? 0 : undefined,
    pull_request: {
      merged: pull.merged !== undefined,
      merged_at: rfc3339OrNull(pull.merged?.at),
      draft: dialect.since(22) ? isDraft(pull) : undefined,
      html_url: dialect.since(23) ? `${url}/${name}/pulls/${pull.number}` : undefined,
    },
    repository: { id: repo.id, name: repo.name, owner: ownerOf(state, repo).login, full_name: name },
    pin_order: dialect.since(20) ? 0 : undefined,
    content_version: dialect.since(26) ? pull.contentVersion : undefined,
  }
}

/** The labels of a pull. */
export function labelShapes(state: State, repo: Repo, pull: Pull): Json[] {
  return repo.labels.filter((label) => pull.labelIds.includes(label.id)).map((label) => labelShape(state, repo, label))
}

/** A label of a repository. */
export function labelShape(state: State, repo: Repo, label: Repo['labels'][number]): Json {
  return {
    id: label.id,
    name: label.name,
    exclusive: state.dialect.since(19) ? false : undefined,
    is_archived: state.dialect.since(21) ? false : undefined,
    color: label.color,
    description: '',
    url: `${state.url}/api/v1/repos/${fullName(state, repo)}/labels/${label.id}`,
  }
}

/** A title that begins so is work in progress by the servers' default settings. */
export function isDraft(pull: Pull): boolean {
  return /^(WIP:|\[WIP\])/i.test(pull.title)
}

import type { Json } from '../json.ts'
import type { Comment, Pull } from '../state/pull.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { rfc3339 } from './time.ts'
import { userShape } from './user.ts'

/** A comment of a pull. */
export function commentShape(state: State, repo: Repo, pull: Pull, comment: Comment): Json {
  const page = `${state.url}/${fullName(state, repo)}/pulls/${pull.number}`
  return {
    id: comment.id,
    html_url: `${page}#issuecomment-${comment.id}`,
    pull_request_url: page,
    issue_url: '',
    user: userShape(state, state.users.get(comment.posterId)),
    original_author: '',
    original_author_id: 0,
    body: comment.body,
    assets: state.dialect.since(18) ? [] : undefined,
    created_at: rfc3339(comment.created),
    updated_at: rfc3339(comment.updated),
  }
}

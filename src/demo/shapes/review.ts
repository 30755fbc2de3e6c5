import type { Json } from '../json.ts'
import { headRef, type Pull } from '../state/pull.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { rfc3339 } from './time.ts'
import { userShape } from './user.ts'

/** A review as the answer to writing it shows it. */
export function reviewShape(
  state: State,
  repo: Repo,
  pull: Pull,
  said: { state: string; body: string },
  reviewer: User,
): Json {
  const page = `${state.url}/${fullName(state, repo)}/pulls/${pull.number}`
  return {
    id: pull.reviews.at(-1)?.id ?? 0,
    user: userShape(state, reviewer, reviewer),
    team: null,
    state: said.state,
    body: said.body,
    commit_id: repo.refs.get(headRef(pull)) ?? '',
    stale: false,
    official: true,
    dismissed: false,
    comments_count: 0,
    submitted_at: rfc3339(pull.updated),
    updated_at: rfc3339(pull.updated),
    html_url: page,
    pull_request_url: page,
  }
}

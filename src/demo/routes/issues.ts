import { type FakeAnswer, json } from '../answer.ts'
import { type Call, param } from '../call.ts'
import { type Page, pageOf, pagingHeaders, rowsOf } from '../paging.ts'
import { absent, failure } from '../refusals.ts'
import { repoOf } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { issueShape } from '../shapes/issue.ts'
import { canRead } from '../state/access.ts'
import { isOpen, type Pull } from '../state/pull.ts'
import type { Repo } from '../state/repo.ts'
import { findUser } from '../state/user.ts'

/** Pulls seen as issues. The fake has no other issues: `type=issues` finds none. */
export const issueRoutes: RouteLine[] = [
  { method: 'GET', pattern: '/repos/issues/search', scope: 'issue', route: searchIssues },
  { method: 'GET', pattern: '/repos/:owner/:repo/issues', scope: 'issue', route: listIssues },
  { method: 'GET', pattern: '/repos/:owner/:repo/issues/:number', scope: 'issue', route: getIssue },
]

/**
 * `owner` counts since 1.16, and one nobody has is 400. Gitea does not clamp `limit` here, Forgejo 7.0.0 does.
 * 1.15's Link counts pages of ten, whatever the limit (go-gitea/gitea #20546).
 */
function searchIssues(call: Call): FakeAnswer {
  const { state } = call
  const owner = state.dialect.since(16) ? call.query.get('owner') : null
  const ownerId = owner ? findUser(state, owner)?.id : undefined
  if (owner && ownerId === undefined) throw failure(call, 400, 'Owner not found')
  const repos = [...state.repos.values()].filter((repo) => canRead(state, call.caller, repo))
  const asked = repos.filter((repo) => ownerId === undefined || repo.ownerId === ownerId)
  const clamped = state.dialect.forgejo || !state.dialect.since(16)
  const page = pageOf(call, { maxSize: clamped ? 50 : Number.POSITIVE_INFINITY })
  return issuePage(call, asked, page, state.dialect.since(18) ? page : { ...page, size: 10 })
}

function listIssues(call: Call): FakeAnswer {
  const repo = repoOf(call)
  if (call.query.get('type') === 'pulls' && !repo.hasPulls) throw absent(call)
  return issuePage(call, [repo], pageOf(call))
}

function getIssue(call: Call): FakeAnswer {
  const repo = repoOf(call)
  const pull = repo.pulls.get(Number(param(call, 'number')))
  if (!pull) throw absent(call)
  return json(200, issueShape(call.state, repo, pull, call.caller))
}

/** Newest first by creation, whatever `sort` says; `since` is inclusive, of updated_at, in whole seconds. */
function issuePage(call: Call, repos: Repo[], page: Page, linked = page): FakeAnswer {
  const since = sinceOf(call)
  const found = repos
    .flatMap((repo) => [...repo.pulls.values()].map((pull) => ({ repo, pull })))
    .filter(({ pull }) => pull.updated >= since && stateFits(call, pull))
    .sort((a, b) => b.pull.created - a.pull.created || b.pull.id - a.pull.id)
  const rows = rowsOf(found, page).map(({ repo, pull }) => issueShape(call.state, repo, pull, call.caller))
  return json(200, rows, pagingHeaders(call, found.length, linked))
}

/** Unlike the list of pulls, this one means open when nothing is said. */
function stateFits(call: Call, pull: Pull): boolean {
  if (call.query.get('type') === 'issues') return false
  const state = call.query.get('state')
  return state === 'all' || isOpen(pull) === (state !== 'closed')
}

function sinceOf(call: Call): number {
  const since = call.query.get('since')
  const time = Date.parse(since || '1970-01-01T00:00:00Z')
  if (Number.isNaN(time))
    throw failure(call, 422, `parsing time "${since}" as "2006-01-02T15:04:05Z07:00": cannot parse`)
  return Math.floor(time / 1000)
}

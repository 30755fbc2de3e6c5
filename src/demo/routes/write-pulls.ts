import { z } from 'zod'
import { type FakeAnswer, json, nothing } from '../answer.ts'
import { bodyOf, type Call, param, signedIn } from '../call.ts'
import { closePull, reopenPull } from '../changes/close.ts'
import { deletePull, retargetPull, retitlePull, rewritePull } from '../changes/edit.ts'
import { mergePull } from '../changes/merge.ts'
import { openPull } from '../changes/open.ts'
import { absent, failure } from '../refusals.ts'
import { administeredRepo, writableRepo } from '../repo-of.ts'
import type { RouteLine } from '../router.ts'
import { isDraft } from '../shapes/issue.ts'
import { pullShape } from '../shapes/pull.ts'
import { canRead, canWrite } from '../state/access.ts'
import { isOpen, type Pull } from '../state/pull.ts'
import { findRepo, ownerOf, type Repo, tipOf } from '../state/repo.ts'
import { seconds } from '../state/state.ts'
import { pullOf, repoWithPulls } from './pulls.ts'

/** Opening, editing, merging and deleting pulls. */
export const pullWriteRoutes: RouteLine[] = [
  { method: 'POST', pattern: '/repos/:owner/:repo/pulls', scope: 'repository', route: open },
  { method: 'PATCH', pattern: '/repos/:owner/:repo/pulls/:number', scope: 'repository', route: edit },
  { method: 'POST', pattern: '/repos/:owner/:repo/pulls/:number/merge', scope: 'repository', route: merge },
  { method: 'DELETE', pattern: '/repos/:owner/:repo/issues/:number', scope: 'issue', route: remove },
]

const newPull = z.object({
  head: z.string().min(1),
  base: z.string().min(1),
  title: z.string().min(1),
  body: z.string().default(''),
})

function open(call: Call): FakeAnswer {
  const repo = repoWithPulls(call)
  const poster = signedIn(call)
  const { head, base, title, body } = bodyOf(call, newPull)
  if (head === base) throw failure(call, 422, 'Invalid PullRequest: There are no changes between the head and the base')
  const { from, branch } = headNamed(call, repo, head)
  const pull = openPull(call.state, repo, { from, branch, base, title, body }, poster)
  if (pull === 'no such branch') throw absent(call)
  if (pull === 'open already')
    throw failure(
      call,
      409,
      `pull request already exists for these targets [head_branch: ${branch}, base_branch: ${base}]`,
    )
  return shown(call, repo, pull)
}

/** `owner:branch` names the owner's fork of this repository, `owner/name:branch` any repository. */
function headNamed(call: Call, repo: Repo, head: string): { from: Repo; branch: string } {
  const colon = head.indexOf(':')
  if (colon < 0) return { from: repo, branch: head }
  const [owner = '', name] = head.slice(0, colon).split('/')
  const from = name === undefined ? forkOf(call, repo, owner) : findRepo(call.state, owner, name)
  if (!from || !canRead(call.state, call.caller, from)) throw absent(call)
  return { from, branch: head.slice(colon + 1) }
}

function forkOf(call: Call, repo: Repo, login: string): Repo | undefined {
  const owned = (other: Repo) => ownerOf(call.state, other).login.toLowerCase() === login.toLowerCase()
  if (owned(repo)) return repo
  return call.state.repos.values().find((other) => other.parentId === repo.id && owned(other))
}

const changes = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  base: z.string().optional(),
  state: z.string().nullish(),
})

/**
 * Answers 201, not 200. Title, body, state and base change in this order, each with its own webhook. Before Gitea 1.24,
 * and on Forgejo 7.0.0, any PATCH moves the pull, even an empty one, and a body cannot be emptied.
 */
function edit(call: Call): FakeAnswer {
  const { state } = call
  const repo = repoWithPulls(call)
  const pull = pullOf(call, repo)
  const doer = signedIn(call)
  if (doer.id !== pull.posterId && !canWrite(state, doer, repo)) throw failure(call, 403, 'Forbidden')
  const wanted = bodyOf(call, changes)
  if (!state.dialect.since(24)) pull.updated = seconds(state)
  if (wanted.title) retitlePull(state, repo, pull, wanted.title, doer)
  if (wanted.body != null && (wanted.body !== '' || state.dialect.since(24)))
    rewritePull(state, repo, pull, wanted.body, doer)
  if (wanted.state != null) changeState(call, repo, pull, wanted.state)
  if (wanted.base) changeBase(call, repo, pull, wanted.base)
  return shown(call, repo, pull)
}

/** Whether the branch is still there matters to none of them (seen on Gitea 1.26.1 and Forgejo 7.0.0). */
function changeState(call: Call, repo: Repo, pull: Pull, wanted: string): void {
  if (pull.merged) throw failure(call, 412, 'cannot change state of this pull request, it was already merged')
  const strict = call.state.dialect.since(24)
  if (strict && wanted !== 'open' && wanted !== 'closed') throw failure(call, 412, `unknown state: ${wanted}`)
  if (wanted === 'closed') closePull(call.state, repo, pull, signedIn(call))
  else reopenPull(call.state, repo, pull, signedIn(call))
}

function changeBase(call: Call, repo: Repo, pull: Pull, base: string): void {
  if (pull.merged || base === pull.base) return
  if (!tipOf(repo, base)) throw failure(call, 404, `new base '${base}' not exist`)
  if (!isOpen(pull))
    throw failure(call, 422, `issue is closed [id: ${pull.id}, repo_id: ${repo.id}, index: ${pull.number}]`)
  retargetPull(call.state, repo, pull, base, signedIn(call))
}

const mergeBody = z.object({
  Do: z.string().optional(),
  do: z.string().optional(),
  MergeTitleField: z.string().default(''),
  MergeMessageField: z.string().default(''),
  delete_branch_after_merge: z.boolean().optional(),
})

/** Only `merge` and `squash` are made, whatever else is asked; a draft, a conflict and a merged pull are 405. */
function merge(call: Call): FakeAnswer {
  const repo = writableRepo(call)
  const pull = pullOf(call, repoWithPulls(call))
  const wanted = bodyOf(call, mergeBody)
  if (pull.merged) throw failure(call, 405, 'The PR is already merged')
  if (!isOpen(pull)) throw absent(call)
  if (isDraft(pull)) throw failure(call, 405, 'Work in progress PRs cannot be merged')
  const style = (wanted.Do ?? wanted.do) === 'squash' ? 'squash' : 'merge'
  const message = [wanted.MergeTitleField, wanted.MergeMessageField].filter((text) => text !== '').join('\n\n')
  const deleteBranch = wanted.delete_branch_after_merge ?? repo.deleteBranchAfterMerge
  const options = { style, deleteBranch, ...(message === '' ? {} : { message: `${message}\n` }) } as const
  if (mergePull(call.state, repo, pull, signedIn(call), options) === 'conflict')
    throw failure(call, 405, 'Please try again later')
  return nothing(200)
}

/** A pull is deleted as the issue it also is. */
function remove(call: Call): FakeAnswer {
  const repo = administeredRepo(call)
  const pull = repo.pulls.get(Number(param(call, 'number')))
  if (!pull) throw absent(call, [`issue does not exist [id: 0, repo_id: ${repo.id}, index: ${param(call, 'number')}]`])
  deletePull(call.state, repo, pull, signedIn(call))
  return nothing()
}

function shown(call: Call, repo: Repo, pull: Pull): FakeAnswer {
  return json(201, pullShape(call.state, repo, pull, call.caller, 'single'))
}

import { mergeBase } from '../git/history.ts'
import { mergeTrees } from '../git/merge.ts'
import { EMPTY_TREE } from '../git/objects.ts'
import { headRef, headRepo, headTip, isOpen, openPullsFrom, type Pull } from '../state/pull.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { markMerged, retargetPulls } from './branch-pulls.ts'
import { signature } from './commit.ts'
import { followPush, moveRef, pushRef } from './push.ts'

export type MergeOptions = { style: 'merge' | 'squash'; message?: string; deleteBranch?: boolean }

/** Merges an open pull: hooks hear that it is closed, then of the push to its base, then, if wished, of its branch deleted. */
export function mergePull(
  state: State,
  repo: Repo,
  pull: Pull,
  doer: User,
  options: MergeOptions,
): 'merged' | 'closed' | 'conflict' {
  const base = tipOf(repo, pull.base)
  const head = repo.refs.get(headRef(pull))
  if (!isOpen(pull) || !base || !head) return 'closed'
  const tree = mergedTree(repo, base, head)
  if (tree === undefined) return 'conflict'
  const person = signature(state, doer)
  const parents = options.style === 'merge' ? [base, head] : [base]
  const message = options.message ?? defaultMessage(pull, options.style)
  const commit = repo.objects.writeCommit({ tree, parents, author: person, committer: person, message })
  const push = { repo, ref: `refs/heads/${pull.base}`, before: base, after: commit, pusher: doer }
  moveRef(state, push)
  markMerged(state, repo, pull, { commit, base }, doer)
  followPush(state, push)
  if (options.deleteBranch) deleteHead(state, repo, pull, doer)
  return 'merged'
}

function mergedTree(repo: Repo, base: string, head: string): string | undefined {
  const trees = [mergeBase(repo.objects, base, head), base, head].map(
    (id) => repo.objects.commit(id ?? '')?.tree ?? EMPTY_TREE,
  )
  return mergeTrees(repo.objects, trees[0] ?? EMPTY_TREE, trees[1] ?? EMPTY_TREE, trees[2] ?? EMPTY_TREE)
}

function defaultMessage(pull: Pull, style: MergeOptions['style']): string {
  if (style === 'squash') return `${pull.title} (#${pull.number})\n`
  return `Merge pull request '${pull.title}' (#${pull.number}) from ${pull.head.branch} into ${pull.base}\n`
}

/** The branch stays while another open pull comes from it. Forgejo 7.0.0 first retargets the pulls onto it to its own base. */
function deleteHead(state: State, repo: Repo, pull: Pull, doer: User): void {
  const from = headRepo(state, repo, pull)
  if (!from || headTip(state, repo, pull) === undefined) return
  if (openPullsFrom(state, from, pull.head.branch).length > 0) return
  if (state.dialect.forgejo && from.id === repo.id) retargetPulls(state, repo, pull.head.branch, pull.base)
  pushRef(state, from, `refs/heads/${pull.head.branch}`, undefined, doer)
}

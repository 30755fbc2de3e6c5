import { ancestors, commitsFrom } from '../git/history.ts'
import type { Commit } from '../git/objects.ts'
import type { Json } from '../json.ts'
import { payloadCommitShape } from '../shapes/commit.ts'
import { repoShape } from '../shapes/repo.ts'
import { userShape } from '../shapes/user.ts'
import { fullName, ownerOf, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { type Event, notify } from './notify.ts'

/** A ref that moved: without `before` it is new, without `after` gone. */
export type Push = { repo: Repo; ref: string; before: string | undefined; after: string | undefined; pusher: User }

/** What the payloads write for no commit. */
const NO_COMMIT = '0000000000000000000000000000000000000000'

/** A new branch or tag. Gitea names it short, Forgejo in full. */
export function notifyCreated(state: State, { repo, ref, after = NO_COMMIT, pusher }: Push): void {
  const payload = () => ({
    sha: after,
    ref: spelled(state, ref),
    ref_type: refType(ref),
    repository: repoShape(state, repo, undefined),
    sender: userShape(state, pusher),
  })
  notify(state, repo, { type: 'create', ref, payload })
}

/** A branch or tag that is gone; the payload has no commit. */
export function notifyDeleted(state: State, { repo, ref, pusher }: Push): void {
  const payload = () => ({
    ref: spelled(state, ref),
    ref_type: refType(ref),
    pusher_type: 'user',
    repository: repoShape(state, repo, ownerOf(state, repo)),
    sender: userShape(state, pusher),
  })
  notify(state, repo, { type: 'delete', ref, payload })
}

/** Commits on a branch, or a tag. */
export function notifyPushed(state: State, push: Push): void {
  notify(state, push.repo, pushEvent(state, push))
}

/** The push event itself: at most five commits, and of a new branch at most ten counted. */
export function pushEvent(state: State, push: Push): Event {
  const { repo, ref, before = NO_COMMIT, after = NO_COMMIT } = push
  const payload = (): Json => {
    const commits = ref.startsWith('refs/heads/') ? pushedCommits(push) : []
    const head = repo.objects.commit(after)
    const sender = userShape(state, push.pusher)
    return {
      ref,
      before,
      after,
      compare_url: `${state.url}/${compared(state, push, commits)}`,
      commits: commits.slice(0, 5).map((commit) => payloadCommitShape(state, repo, commit, 'push')),
      total_commits: state.dialect.since(16) ? commits.length : undefined,
      head_commit: head ? payloadCommitShape(state, repo, head, 'push') : null,
      repository: repoShape(state, repo, ownerOf(state, repo)),
      pusher: sender,
      sender,
    }
  }
  return { type: 'push', ref, payload }
}

/**
 * What `git log before..after` shows; of a hook's test, which pushes nothing, the tip; of a new branch its last ten
 * commits, up to the first that another branch holds.
 */
function pushedCommits({ repo, ref, before, after = '' }: Push): Commit[] {
  if (before === after) return commitsFrom(repo.objects, after).take(1).toArray()
  if (before !== undefined) return [...commitsFrom(repo.objects, after, { not: before })]
  const others = [...repo.refs].filter(([name]) => name.startsWith('refs/heads/') && name !== ref).map(([, id]) => id)
  const elsewhere = ancestors(repo.objects, ...others)
  const newest = commitsFrom(repo.objects, after).take(10).toArray()
  const shared = newest.findIndex(({ id }) => elsewhere.has(id))
  return shared < 0 ? newest : newest.slice(0, shared)
}

/** Where a new branch is compared with: the parent of its first commit, else the default branch (services/repository/push.go). */
function compared(state: State, { repo, ref, before, after = NO_COMMIT }: Push, commits: Commit[]): string {
  const name = fullName(state, repo)
  const fresh = before === undefined && ref.startsWith('refs/heads/') && state.dialect.since(16)
  if (!fresh) return `${name}/compare/${before ?? NO_COMMIT}...${after}`
  const isDefault = ref === `refs/heads/${repo.defaultBranch}`
  const parent = commits.at(-1)?.parents[0] ?? (isDefault ? undefined : repo.defaultBranch)
  return parent === undefined ? '' : `${name}/compare/${parent}...${after}`
}

function spelled({ dialect }: State, ref: string): string {
  return dialect.forgejo ? ref : ref.replace(/^refs\/(heads|tags)\//, '')
}

function refType(ref: string): 'branch' | 'tag' {
  return ref.startsWith('refs/tags/') ? 'tag' : 'branch'
}

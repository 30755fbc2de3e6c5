import type { Commit, Signature } from '../git/objects.ts'
import { changedPaths } from '../git/trees.ts'
import type { Json } from '../json.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { NEVER, rfc3339 } from './time.ts'
import { userShape } from './user.ts'

/** Which parts of a commit a request wants; the servers give all unless told otherwise. */
export type CommitParts = { stat: boolean; verification: boolean; files: boolean }

/** A commit as `git/commits/SHA` and `commits` show it. Its `tree` carries the commit's own id, not the tree's. */
export function commitShape(state: State, repo: Repo, commit: Commit, parts: CommitParts): Json {
  const name = fullName(state, repo)
  const api = `${state.url}/api/v1/repos/${name}/git`
  const created = rfc3339(commit.committer.seconds, commit.committer.offset)
  return {
    url: `${api}/commits/${commit.id}`,
    sha: commit.id,
    created,
    html_url: `${state.url}/${name}/commit/${commit.id}`,
    commit: {
      url: `${api}/commits/${commit.id}`,
      author: datedPerson(commit.author),
      committer: datedPerson(commit.committer),
      message: commit.message,
      tree: { url: `${api}/trees/${commit.id}`, sha: commit.id, created },
      verification: parts.verification ? unsigned() : null,
    },
    author: accountShape(state, commit.author),
    committer: accountShape(state, commit.committer),
    parents: commit.parents.map((sha) => ({ url: `${api}/commits/${sha}`, sha, created: NEVER })),
    files: parts.files ? changedFiles(state, repo, commit) : null,
    stats: parts.stat ? { total: 0, additions: 0, deletions: 0 } : null,
  }
}

/** A commit as branches and webhooks show it; its timestamp is the author's date. */
export function payloadCommitShape(state: State, repo: Repo, commit: Commit, view: 'branch' | 'push'): Json {
  const changes = view === 'push' ? changeLists(state, repo, commit) : { added: null, removed: null, modified: null }
  return {
    id: commit.id,
    message: commit.message,
    url: `${state.url}/${fullName(state, repo)}/commit/${commit.id}`,
    author: person(state, commit.author),
    committer: person(state, commit.committer),
    verification: view === 'branch' ? unsigned() : null,
    timestamp: rfc3339(commit.author.seconds, commit.author.offset),
    ...changes,
  }
}

/** The account a commit's address belongs to. */
function accountOf(state: State, { email }: Signature): User | undefined {
  for (const user of state.users.values()) if (user.email !== '' && user.email === email) return user
  return undefined
}

function accountShape(state: State, signature: Signature): Json {
  const user = accountOf(state, signature)
  return user ? userShape(state, user) : null
}

/** Who, and when at their own offset. */
export function datedPerson({ name, email, seconds, offset }: Signature): Json {
  return { name, email, date: rfc3339(seconds, offset) }
}

function person(state: State, signature: Signature): Json {
  return { name: signature.name, email: signature.email, username: accountOf(state, signature)?.login ?? '' }
}

/** What the servers say of a commit that nobody signed. */
export function unsigned(): Json {
  return { verified: false, reason: 'gpg.error.not_signed_commit', signature: '', signer: null, payload: '' }
}

function changedFiles(state: State, repo: Repo, commit: Commit): Json {
  const { added, removed, modified } = changeLists(state, repo, commit)
  const files = (names: string[], status: string) => names.map((filename) => ({ filename, status }))
  return [...files(added, 'added'), ...files(removed, 'removed'), ...files(modified, 'modified')]
}

/** A merge is compared with its first parent; Gitea 1.15 says nothing of it. */
function changeLists(state: State, repo: Repo, commit: Commit) {
  if (commit.parents.length > 1 && !state.dialect.since(16)) return { added: [], removed: [], modified: [] }
  const parent = repo.objects.commit(commit.parents[0] ?? '')
  const changes = changedPaths(repo.objects, parent?.tree ?? '', commit.tree)
  return {
    added: changes.filter(({ before }) => !before).map(({ path }) => path),
    removed: changes.filter(({ after }) => !after).map(({ path }) => path),
    modified: changes.filter(({ before, after }) => before && after).map(({ path }) => path),
  }
}

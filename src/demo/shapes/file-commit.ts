import type { Commit } from '../git/objects.ts'
import type { Json } from '../json.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { datedPerson, unsigned } from './commit.ts'
import { NEVER, rfc3339 } from './time.ts'

/** The commit that a change of files made, as the answer to that change shows it. */
export function fileCommitShape(state: State, repo: Repo, commit: Commit): Record<string, Json> {
  const name = fullName(state, repo)
  const api = `${state.url}/api/v1/repos/${name}/git`
  return {
    commit: {
      url: `${api}/commits/${commit.id}`,
      sha: commit.id,
      created: rfc3339(commit.committer.seconds, commit.committer.offset),
      html_url: `${state.url}/${name}/commit/${commit.id}`,
      author: datedPerson(commit.author),
      committer: datedPerson(commit.committer),
      parents: commit.parents.map((sha) => ({ url: `${api}/commits/${sha}`, sha, created: NEVER })),
      message: commit.message,
      tree: { url: `${api}/trees/${commit.tree}`, sha: commit.tree, created: NEVER },
    },
    verification: unsigned(),
  }
}

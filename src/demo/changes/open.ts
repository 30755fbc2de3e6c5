import { notifyPull } from '../events/pulls.ts'
import { addPull, headRef, isOpen, type Pull } from '../state/pull.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'

export type OpenPull = { from: Repo; branch: string; base: string; title: string; body: string }

/** Opens a pull from a branch of this repository or of a fork; there is at most one open between the same branches. */
export function openPull(
  state: State,
  repo: Repo,
  wanted: OpenPull,
  poster: User,
): Pull | 'no such branch' | 'open already' {
  const commit = tipOf(wanted.from, wanted.branch)
  if (commit === undefined || tipOf(repo, wanted.base) === undefined) return 'no such branch'
  const twin = repo.pulls.values().find((pull) => {
    return (
      isOpen(pull) &&
      pull.head.repoId === wanted.from.id &&
      pull.head.branch === wanted.branch &&
      pull.base === wanted.base
    )
  })
  if (twin) return 'open already'
  const head = { repoId: wanted.from.id, branch: wanted.branch, agit: false }
  const { title, body, base } = wanted
  const pull = addPull(state, repo, { posterId: poster.id, title, body, base, head, commit })
  notifyPull(state, repo, pull, 'opened', poster)
  return pull
}

/** Opens a pull by a push to refs/for/BRANCH: it has no branch of its own. On Forgejo 7.0.0 the push moves the repository. */
export function openAgitPull(
  state: State,
  repo: Repo,
  wanted: Omit<OpenPull, 'from' | 'branch'> & { commit: string },
  poster: User,
): Pull {
  const head = { repoId: repo.id, branch: '', agit: true }
  const pull = addPull(state, repo, { ...wanted, posterId: poster.id, head })
  if (state.dialect.forgejo) repo.updated = seconds(state)
  notifyPull(state, repo, pull, 'opened', poster)
  return pull
}

/** Pushes again to an AGit pull. */
export function pushAgitPull(state: State, repo: Repo, pull: Pull, commit: string, pusher: User): void {
  repo.refs.set(headRef(pull), commit)
  pull.updated = seconds(state)
  if (state.dialect.forgejo) repo.updated = seconds(state)
  notifyPull(state, repo, pull, 'synchronized', pusher)
}

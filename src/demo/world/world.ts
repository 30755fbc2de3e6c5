import type { State } from '../state/state.ts'
import { pullNumbered, repoNamed } from './find.ts'
import { peopleOf } from './people.ts'
import { newPullsOf, pullsOf } from './pulls.ts'
import { branchesOf, repositoriesOf } from './repositories.ts'

export type World = ReturnType<typeof worldOf>

/**
 * The fake as a test sees it that seeds or changes it: repositories by `owner/name`, people by login, pulls by number.
 * It does what the HTTP endpoints do, webhooks included, but asks nobody's leave.
 */
export function worldOf(state: State) {
  return {
    repo: (name: string) => repoNamed(state, name),
    /** Every repository there is, of whomever. */
    repositories: () => [...state.repos.values()],
    pull: (name: string, number: number) => pullNumbered(repoNamed(state, name), number),
    ...peopleOf(state),
    ...repositoriesOf(state),
    ...branchesOf(state),
    ...newPullsOf(state),
    ...pullsOf(state),
  }
}

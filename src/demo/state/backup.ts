import type { Repo } from './repo.ts'
import type { State } from './state.ts'

type Kept = Pick<State, 'users' | 'tokens' | 'repos' | 'hooks' | 'moved' | 'renamed' | 'lastIds'>

/** A backup of all a server remembers; calling what comes back restores it. Git's objects only ever grow, and stay. */
export function backupOf(state: State): () => void {
  const kept = copyOf(state)
  return () => void Object.assign(state, copyOf(kept))
}

function copyOf({ users, tokens, repos, hooks, moved, renamed, lastIds }: Kept): Kept {
  return {
    ...structuredClone({ users, tokens, hooks, moved, renamed, lastIds }),
    repos: new Map([...repos].map(([id, repo]) => [id, copyOfRepo(repo)])),
  }
}

function copyOfRepo({ objects, ...rest }: Repo): Repo {
  return { objects, ...structuredClone(rest) }
}

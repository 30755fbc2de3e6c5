import { repoShape } from '../shapes/repo.ts'
import { userShape } from '../shapes/user.ts'
import { ownerOf, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { notify } from './notify.ts'

/** A repository came or went; nothing else about a repository is told. */
export function notifyRepo(state: State, repo: Repo, action: 'created' | 'deleted', doer: User): void {
  const owner = ownerOf(state, repo)
  const payload = () => ({
    action,
    repository: repoShape(state, repo, owner),
    organization: userShape(state, owner),
    sender: userShape(state, doer),
  })
  notify(state, repo, { type: 'repository', payload })
}

import type { Json } from '../json.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'

/** A ref as git/refs shows it. */
export function refShape(state: State, repo: Repo, name: string, id: string): Json {
  const api = `${state.url}/api/v1/repos/${fullName(state, repo)}/git`
  return {
    ref: name,
    url: `${api}/${name.split('/').map(encodeURIComponent).join('/')}`,
    object: { type: 'commit', sha: id, url: `${api}/commits/${id}` },
  }
}

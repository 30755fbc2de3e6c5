import type { TreeRow } from '../git/trees.ts'
import type { Json } from '../json.ts'
import { fullName, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'

/** A line of git/trees: symlinks are blobs of mode 120000, submodules commits of mode 160000. */
export function treeEntryShape(state: State, repo: Repo, entry: TreeRow): Json {
  const api = `${state.url}/api/v1/repos/${fullName(state, repo)}/git`
  const type = entry.mode === '40000' ? 'tree' : entry.mode === '160000' ? 'commit' : 'blob'
  return {
    path: entry.path,
    mode: entry.mode.padStart(6, '0'),
    type,
    size: repo.objects.blob(entry.id)?.length ?? 0,
    sha: entry.id,
    url: type === 'commit' ? '' : `${api}/${type}s/${entry.id}`,
  }
}

import type { Target } from '../rules/target.ts'
import { refreshEntryDates } from './entry-dates.ts'
import { refreshMetaBranches } from './meta-branches.ts'
import { refreshMetaEntries } from './meta-entries.ts'
import { refreshMetaPulls } from './meta-pulls.ts'
import type { Mirror, Refreshed } from './mirror.ts'
import { refreshPull } from './pull.ts'
import { refreshRepos } from './repos.ts'
import { refreshRfcRepo } from './rfc-repo.ts'

/**
 * Reads a target from Gitea and replaces its rows. `whole` trusts no watermark; only the dates tell how far they are. Nothing is deleted on an incomplete answer.
 * @throws TransientError when it may go better later, ConfigError when a person must act; what was held stays.
 */
export function refresh(
  mirror: Mirror,
  target: Target,
  whole: boolean,
  onProgress?: (done: number, total: number) => void,
): Promise<Refreshed> {
  switch (target.kind) {
    case 'repos':
      return refreshRepos(mirror, whole)
    case 'meta-entries':
      return refreshMetaEntries(mirror, whole)
    case 'entry-dates':
      return refreshEntryDates(mirror, onProgress)
    case 'meta-branches':
      return refreshMetaBranches(mirror)
    case 'meta-pulls':
      return refreshMetaPulls(mirror, whole)
    case 'rfc-repo':
      return refreshRfcRepo(mirror, target.repoId, { pulls: true, whole })
    case 'refs':
      return refreshRfcRepo(mirror, target.repoId, { pulls: false, whole })
    case 'pull':
      return refreshPull(mirror, mirror.store.repos.byId(target.repoId), target.number)
    case 'meta-pull':
      return refreshPull(mirror, mirror.store.repos.meta(), target.number)
  }
}

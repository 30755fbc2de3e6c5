import { IncompleteListing } from '../errors.ts'
import { pullRow } from '../rules/pull.ts'
import type { RepoRow } from '../store/repos.ts'
import { followDefault } from './default-branch.ts'
import { pullsOff } from './meta-pulls.ts'
import { ask, holdsStill, type Mirror, type Refreshed } from './mirror.ts'
import { belonging, shownById } from './pulls.ts'

/** Brings one pull up to date, of the meta repository or of a followed one. */
export async function refreshPull(mirror: Mirror, repo: RepoRow | null, number: number): Promise<Refreshed> {
  const { gitea, store, botUser } = mirror
  if (!repo || (!repo.is_meta && repo.rfc_slug === null)) return { warnings: [] }
  const [pull, head] = await Promise.all([
    gitea.pulls.one(repo.full_name, number),
    gitea.refs.pullHead(repo.full_name, number),
  ])
  // None can be read where they are turned off, and what is held of them stays.
  if (pull === null && !(await shownById(mirror, repo)).hasPulls) return { warnings: [pullsOff(repo.full_name)] }
  if (pull === null && (head !== null || (await hasHead(mirror, repo, number))))
    throw new IncompleteListing(`${repo.full_name}#${number} has a head but cannot be read.`)
  if (pull && pull.repoId !== repo.id) {
    ask(mirror, { kind: 'repos' })
    throw new IncompleteListing(`${repo.full_name} is another repository now.`)
  }
  if (pull) await followDefault(mirror, repo, [pull])
  const whose = pull && belonging(repo, pull)
  store.transaction(() => {
    holdsStill(mirror, repo)
    if (pull && whose) store.pulls.write(repo.full_name, [pullRow(pull, whose, repo.full_name, head, botUser)])
    else store.pulls.bury(repo.full_name, [number])
  })
  return { warnings: [] }
}

/** By the listing of all refs: that two answers say 404 proves nothing, for something between us and Gitea may say so of anything. */
async function hasHead({ gitea }: Mirror, { full_name }: RepoRow, number: number): Promise<boolean> {
  return (await gitea.refs.list(full_name)).pulls.has(number)
}

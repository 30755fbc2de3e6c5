import { IncompleteListing } from '../errors.ts'
import type { Refs } from '../gitea/api/refs.ts'
import type { ShownPull } from '../rules/pull.ts'
import type { RepoRow } from '../store/repos.ts'
import { ask, type Mirror } from './mirror.ts'

/** Longer than Gitea takes between naming a branch in git and in its own tables. */
const pauseBeforeSecondLookMs = 2000

/**
 * The tip of the default branch among refs just read; null where the repository has no such branch. No webhook tells of another
 * default branch and no probe sees it moved, so a name that is not there is asked again.
 * @throws IncompleteListing when that shows nothing: the document would seem to be gone.
 */
export async function defaultTip(mirror: Mirror, repo: RepoRow, { branches }: Refs): Promise<string | null> {
  const tip = branches.get(repo.default_branch)
  if (tip || branches.size === 0) return tip ?? null
  await learnDefault(mirror, repo)
  const named = branches.get(repo.default_branch) ?? null
  if (named === null && repo.tip !== null) await refuseMoving(mirror, repo)
  return named
}

/** The same of the meta repository; null only while it is empty. @throws IncompleteListing also where it has other branches */
export async function metaTip(mirror: Mirror, meta: RepoRow, refs: Refs): Promise<string | null> {
  const tip = await defaultTip(mirror, meta, refs)
  if (tip !== null || refs.branches.size === 0) return tip
  throw new IncompleteListing(
    `The default branch of ${meta.full_name}, ${meta.default_branch}, is not there: push it, or choose another one in the repository's settings.`,
  )
}

/** Either may be of a moment when the branch had another name: Gitea names it in its own tables a little after git does. */
async function refuseMoving({ gitea, effects }: Mirror, { id, full_name, default_branch }: RepoRow): Promise<void> {
  await effects.sleep(pauseBeforeSecondLookMs)
  const [now, { branches }] = await Promise.all([gitea.repos.findById(id), gitea.refs.list(full_name)])
  if (now?.defaultBranch !== default_branch || branches.has(default_branch))
    throw new IncompleteListing(`The default branch of ${full_name} got another name while it was read.`)
}

/**
 * Pulls of the meta repository that are shown and lead elsewhere now: where its default branch has another name, they moved with it.
 * @throws IncompleteListing when what its name is cannot be seen.
 */
export async function followDefault(mirror: Mirror, repo: RepoRow, pulls: ShownPull[]): Promise<void> {
  if (!repo.is_meta || pulls.every(({ base }) => base === repo.default_branch)) return
  const shown = new Set(mirror.store.pulls.live(repo.full_name).map(({ pr_number }) => pr_number))
  const leadElsewhere = pulls.some(({ number, base }) => base !== repo.default_branch && shown.has(number))
  if (leadElsewhere) await learnDefault(mirror, repo)
}

async function learnDefault(mirror: Mirror, repo: RepoRow): Promise<void> {
  const { gitea, store } = mirror
  const now = await gitea.repos.findById(repo.id)
  if (!now) throw new IncompleteListing(`${repo.full_name} is not to be seen, nor what its default branch is.`)
  if (now.defaultBranch === repo.default_branch) return
  repo.default_branch = now.defaultBranch
  store.transaction(() => {
    store.repos.setDefaultBranch(repo.id, now.defaultBranch)
    askAnew(mirror, repo)
  })
}

/**
 * Asks for what hangs on the default branch: entries or document, which pulls of the meta repository are ours, and the base of those
 * that moved with a renamed one. None of these has another time for it.
 */
export function askAnew(mirror: Mirror, { id, is_meta, rfc_slug }: RepoRow): void {
  if (is_meta) {
    ask(mirror, { kind: 'meta-entries' })
    ask(mirror, { kind: 'meta-branches' })
    ask(mirror, { kind: 'meta-pulls' }, true)
  } else if (rfc_slug !== null) ask(mirror, { kind: 'rfc-repo', repoId: id }, true)
}

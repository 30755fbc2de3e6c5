import { ConfigError, IncompleteListing } from '../errors.ts'
import type { Repo } from '../gitea/shapes.ts'
import type { ListedRepo, RepoRow } from '../store/repos.ts'
import { askAnew } from './default-branch.ts'
import { settleEntries, wantedNames } from './entries-settled.ts'
import { ask, askOnceMore, believed, type Mirror, type Refreshed, shownOr } from './mirror.ts'

/** Lists the owner's repositories, known by id: renames move their rows, what is gone for certain is let go, following is settled. */
export async function refreshRepos(mirror: Mirror, whole: boolean): Promise<Refreshed> {
  const { gitea, store } = mirror
  const meta = await findMeta(mirror)
  const known = store.repos.all()
  const absent = (listed: Repo[]) => {
    const ids = new Set(listed.map((repo) => repo.id))
    return known.filter(({ id }) => !ids.has(id)).map(({ id }) => String(id))
  }
  const listed = await believed(mirror, known.length, () => gitea.repos.listOf(meta.ownerId), absent)
  if (!listed.some((repo) => repo.id === meta.id))
    throw new IncompleteListing("The listing of the owner's repositories lacks the meta repository.")
  const gone = await provenGone(mirror, new Set(absent(listed)), known)
  const leads = await leadsOf(mirror, listed, known, whole)
  store.transaction(() => {
    for (const repo of gone) letGo(mirror, repo)
    take(mirror, listed, meta.id)
    for (const [name, id] of leads) store.repos.lead(name, id)
    store.settings.set('owner_id', meta.ownerId)
    settleEntries(mirror)
    store.branches.buryStrays()
    store.pulls.buryStrays()
    // What an action's `repo` says depends on which names are known.
    if (gone.length > 0) store.deriveAll()
  })
  return { warnings: [] }
}

async function findMeta({ gitea, owner, metaRepo }: Mirror): Promise<Repo> {
  const meta = await gitea.repos.find(`${owner}/${metaRepo}`)
  if (!meta)
    throw new ConfigError(
      `Gitea shows no repository ${owner}/${metaRepo} to this token.`,
      "Mend gitea.org and gitea.metaRepo in the configuration, or let the token's user read that repository.",
    )
  if (meta.owner.toLowerCase() !== owner.toLowerCase())
    throw new ConfigError(
      `The meta repository ${owner}/${metaRepo} is ${meta.fullName} now.`,
      'Set gitea.org and gitea.metaRepo in the configuration to its new place.',
    )
  return meta
}

/** Gone: the complete listing lacks it, and Gitea does not know its id any more (or shows it to be another owner's). */
async function provenGone({ gitea, owner }: Mirror, absent: Set<string>, known: RepoRow[]): Promise<RepoRow[]> {
  const missing = known.filter(({ id }) => absent.has(String(id)))
  const seen = await Promise.all(missing.map(({ id }) => gitea.repos.findById(id)))
  return missing.filter((_, index) => {
    const repo = seen[index]
    if (repo && repo.owner.toLowerCase() === owner.toLowerCase())
      throw new IncompleteListing(`The listing of the owner's repositories lacks ${repo.fullName}.`)
    return true
  })
}

/**
 * Names that entries write and the listing lacks are asked for: a rename leads from them to a listed repository. Answers are kept,
 * also that there is none, until a repository comes, goes or changes its name, or a whole sweep asks again: one 404 is no proof. Of a
 * name that was a repository's just now (another may have taken it, and be gone) it is asked once more, in a minute.
 */
async function leadsOf(
  mirror: Mirror,
  listed: Repo[],
  known: RepoRow[],
  whole: boolean,
): Promise<[string, number | null][]> {
  const { store, owner } = mirror
  const names = new Set(listed.map((repo) => repo.fullName.toLowerCase()))
  const before = new Map(known.map((repo) => [repo.id, repo.full_name]))
  const moved = listed.length !== known.length || listed.some((repo) => before.get(repo.id) !== repo.fullName)
  const wanted = wantedNames(store.entryFiles.all(), owner).filter((name) => !names.has(name.toLowerCase()))
  const asked = wanted.filter((name) => moved || whole || !store.repos.isAsked(name))
  const renamed = new Set(known.map((repo) => repo.full_name.toLowerCase()))
  return (await lookUp(mirror, asked)).flatMap(({ name, repo }): [string, number | null][] => {
    const id = repo === 'unread' ? null : (listed.find((one) => one.id === repo?.id)?.id ?? null)
    const isDoubtful = id === null && renamed.has(name.toLowerCase())
    if (isDoubtful) askOnceMore(mirror, { kind: 'repos' })
    return repo === 'unread' || isDoubtful ? [] : [[name, id]]
  })
}

/** The repository that each of these names leads to, where Gitea lets it be read. */
export function lookUp({ gitea }: Mirror, names: string[]): Promise<{ name: string; repo: Repo | null | 'unread' }[]> {
  return Promise.all(
    names.map(async (name) => ({ name, repo: await shownOr(gitea.repos.find(name), 'unread' as const) })),
  )
}

function letGo({ store }: Mirror, { id, full_name }: RepoRow): void {
  store.branches.buryRepo(full_name)
  store.pulls.buryRepo(full_name)
  store.repos.drop(id)
}

/** Writes what the listing says. Two repositories may have changed names with each other, so moved ones step aside first. */
function take(mirror: Mirror, listed: Repo[], metaId: number): void {
  const { store } = mirror
  const moved = listed.flatMap((repo) => {
    const before = store.repos.byId(repo.id)?.full_name
    return before && before !== repo.fullName
      ? [{ id: repo.id, before, aside: `moved/${repo.id}`, now: repo.fullName }]
      : []
  })
  const taken = new Set(moved.map(({ before }) => before.toLowerCase()))
  const collides = moved.some(
    ({ before, now }) => taken.has(now.toLowerCase()) && before.toLowerCase() !== now.toLowerCase(),
  )
  for (const { id, before, aside } of collides ? moved : []) store.repos.rename(id, before, aside)
  for (const { id, before, aside, now } of moved) store.repos.rename(id, collides ? aside : before, now)
  for (const repo of listed) {
    const before = store.repos.byId(repo.id)
    store.repos.upsert(listedRow(repo, metaId))
    if (before && before.default_branch !== repo.defaultBranch) askAnew(mirror, before)
    if (before) askForPulls(mirror, before, repo)
  }
  if (moved.length > 0) store.deriveAll()
}

/** Asks for pulls where the listing tells of some that are not held: their count does, or they were off and can be read again. */
function askForPulls(mirror: Mirror, before: RepoRow, repo: Repo): void {
  const isSwitchedOn = repo.hasPulls && !before.has_pulls
  if (before.is_meta && isSwitchedOn) ask(mirror, { kind: 'meta-pulls' })
  if (before.rfc_slug && (isSwitchedOn || miscounts(mirror, before, repo)))
    ask(mirror, { kind: 'rfc-repo', repoId: repo.id })
}

/**
 * Whether Gitea's count of open pulls differs otherwise from those that are held than it did: one was deleted, which moves no time, or
 * what moved the count is not read yet. (Forgejo 7's count may be wrong for good.)
 */
export function miscounts(
  { store }: Mirror,
  { full_name, count_off }: RepoRow,
  { openPulls, hasPulls }: Repo,
): boolean {
  return hasPulls && openPulls - store.pulls.countOpen(full_name) !== count_off
}

/** A repository as the store keeps the listing's word of it. */
export function listedRow(repo: Repo, metaId: number): ListedRepo {
  const flag = (value: boolean) => (value ? 1 : 0)
  return {
    id: repo.id,
    full_name: repo.fullName,
    is_meta: flag(repo.id === metaId),
    default_branch: repo.defaultBranch,
    private: flag(repo.private),
    empty: flag(repo.empty),
    has_pulls: flag(repo.hasPulls),
    open_pulls: repo.openPulls,
    updated_at: repo.updatedAt,
  }
}

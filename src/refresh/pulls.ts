import { IncompleteListing } from '../errors.ts'
import type { Refs } from '../gitea/api/refs.ts'
import type { Pull, Repo } from '../gitea/shapes.ts'
import { type Belonging, metaBelonging, pullRow } from '../rules/pull.ts'
import type { RepoRow } from '../store/repos.ts'
import { followDefault } from './default-branch.ts'
import { ask, holdsStill, type Mirror, watermark, writeAll } from './mirror.ts'

/**
 * Pulls as they were read, what is proven gone, and the watermark their reading earned; `hidden`: one that moved may be missing;
 * `off`: nothing may be concluded.
 */
export type ReadPulls = {
  pulls: Pull[]
  gone: number[]
  refs: Refs
  since: string | null
  hidden?: boolean
  off: boolean
}

/** Reads the pulls of a repository whose refs were just read: all of them, or those that moved since the watermark. */
export async function readPulls(mirror: Mirror, repo: RepoRow, refs: Refs, whole: boolean): Promise<ReadPulls> {
  const { gitea, store } = mirror
  const since = gitea.traffic.serverTime > 0 ? watermark(gitea.traffic.serverTime) : null
  const live = store.pulls.live(repo.full_name).map((pull) => pull.pr_number)
  if (!repo.has_pulls) return { pulls: [], gone: [], refs, since: null, off: true }
  if (refs.pulls.size === 0) {
    if (live.length > 0) await shownById(mirror, repo)
    return { pulls: [], gone: live, refs, since, off: false }
  }
  const isWhole = whole || repo.pulls_since === null
  const read = isWhole ? await allPulls(mirror, repo) : await gitea.pulls.since(repo.full_name, repo.pulls_since ?? '')
  if (read === null) return unavailable(mirror, repo, refs)
  const { pulls, hidden } = read
  if (pulls.some((pull) => pull.repoId !== repo.id)) {
    ask(mirror, { kind: 'repos' })
    throw new IncompleteListing(`${repo.full_name} is another repository now.`)
  }
  const shown = new Set(pulls.map((pull) => pull.number))
  const missing = live.filter((number) => !shown.has(number) && (isWhole || !refs.pulls.has(number)))
  const gone = await provenGone(mirror, repo, missing, refs, isWhole)
  if (gone.length > 0 && pulls.length === 0) await shownById(mirror, repo)
  return { pulls, gone, refs, since: hidden ? repo.pulls_since : since, hidden, off: false }
}

async function allPulls({ gitea }: Mirror, { full_name }: RepoRow) {
  const pulls = await gitea.pulls.all(full_name)
  return pulls && { pulls, hidden: false }
}

/** Gone: a complete listing and git/refs both lack it; where only one of them does, the pull itself is asked. */
async function provenGone(
  { gitea }: Mirror,
  repo: RepoRow,
  missing: number[],
  refs: Refs,
  isWhole: boolean,
): Promise<number[]> {
  const doubtful = missing.filter((number) => !isWhole || refs.pulls.has(number))
  const seen = await Promise.all(doubtful.map((number) => gitea.pulls.one(repo.full_name, number)))
  const there = doubtful.filter((_, index) => seen[index] !== null)
  if (isWhole && there.length > 0)
    throw new IncompleteListing(`The listing of ${repo.full_name}'s pulls lacks #${there[0]}.`)
  return missing.filter((number) => !there.includes(number))
}

/** The pulls API answers 404 where the unit is off, and for seconds after a repository's first push. */
async function unavailable(mirror: Mirror, repo: RepoRow, refs: Refs): Promise<ReadPulls> {
  const { store } = mirror
  const now = await shownById(mirror, repo)
  if (now.hasPulls) throw new IncompleteListing(`The pulls of ${repo.full_name} are not to be seen.`)
  store.transaction(() => store.repos.setHasPulls(repo.id, 0))
  return { pulls: [], gone: [], refs, since: null, off: true }
}

/**
 * Writes pulls just read: what no rule wants or Gitea has no more is deleted, the watermark comes with the last.
 * @throws IncompleteListing after that when one may be missing, which is looked for again from where this listing began.
 */
export async function writePulls(
  mirror: Mirror,
  repo: RepoRow,
  { pulls, gone, refs, since, hidden, off }: ReadPulls,
): Promise<void> {
  if (off) return
  await followDefault(mirror, repo, pulls)
  const { store, botUser } = mirror
  const openBefore = store.pulls.countOpen(repo.full_name)
  const rows = pulls.map((pull) => {
    const whose = belonging(repo, pull)
    return {
      number: pull.number,
      row: whose && pullRow(pull, whose, repo.full_name, refs.pulls.get(pull.number) ?? null, botUser),
    }
  })
  await writeAll(
    mirror,
    rows.flatMap(({ row }) => row ?? []),
    (some) => {
      holdsStill(mirror, repo)
      store.pulls.write(repo.full_name, some)
    },
    () => {
      store.pulls.bury(repo.full_name, [...gone, ...rows.flatMap(({ number, row }) => (row ? [] : number))])
      for (const { pr_number, head_sha } of store.pulls.live(repo.full_name)) {
        const head = refs.pulls.get(pr_number)
        if (head && head !== head_sha) store.pulls.setHead(repo.full_name, pr_number, head)
      }
      store.repos.readPulls(repo.id, since, store.pulls.countOpen(repo.full_name) - openBefore)
    },
  )
  if (hidden) throw new IncompleteListing(`The pulls of ${repo.full_name} hold one that Gitea could not show (null).`)
}

/**
 * The repository as Gitea shows it by its id, still under the name it was asked by: that nothing is there may be true of another one
 * that has the name for a moment. @throws IncompleteListing where it is not so.
 */
export async function shownById(mirror: Mirror, { id, full_name }: RepoRow): Promise<Repo> {
  const shown = await mirror.gitea.repos.findById(id)
  if (shown?.fullName === full_name) return shown
  ask(mirror, { kind: 'repos' })
  throw new IncompleteListing(`${full_name} is not visible now, or has another name.`)
}

/** Whose a pull is, by the repository it is in. */
export function belonging(repo: RepoRow, pull: Pull): Belonging | null {
  if (repo.is_meta) return metaBelonging(pull, repo.default_branch)
  return repo.rfc_slug === null ? null : { slug: repo.rfc_slug, kind: 'rfc_branch' }
}

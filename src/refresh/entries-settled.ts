import { settleClaims } from '../rules/claims.ts'
import { isInside, settleFollowing, wantedRepo } from '../rules/follow.ts'
import type { EntryFile } from '../store/entry-files.ts'
import type { RepoRow } from '../store/repos.ts'
import { ask, type Mirror, timeNow } from './mirror.ts'

/** The names inside the owner that entries ask to be followed. */
export function wantedNames(files: EntryFile[], owner: string): string[] {
  const names = files.map(wantedRepo).filter((name) => name !== null && isInside(name, owner))
  return [...new Set(names.filter((name) => name !== null))]
}

/**
 * Settles, from the files as they are held and inside the caller's transaction, whose each slug is and which repository each RFC
 * follows; writes what changed by it, lets go of what is followed no more and asks for what is followed from now on.
 */
export function settleEntries(mirror: Mirror): void {
  const { store, owner } = mirror
  const files = store.entryFiles.all()
  const repos = store.repos.all()
  const meta = repos.find((repo) => repo.is_meta)
  if (!meta) return
  const claims = settleClaims(files)
  const owners = files.filter((file) => claims.owners.has(file.path))
  const following = settleFollowing(owners.flatMap(withSlug), owner, { private: meta.private === 1 }, (name) =>
    followed(store.repos.byName(name)),
  )
  for (const file of files) {
    const problem =
      [file.reading, claims.problems.get(file.path), following.problems.get(file.path)]
        .filter((part) => part)
        .join(' ') || null
    const owns = claims.owners.has(file.path)
    if (owns !== (file.owns === 1) || problem !== file.problem) store.entryFiles.settle(file.path, owns, problem)
    if (owns && problem !== file.problem) store.rfcs.projectFile(file.path, timeNow(mirror))
  }
  follow(mirror, repos, following.slugs)
}

function withSlug(file: EntryFile) {
  return file.slug === null ? [] : [{ ...file, slug: file.slug }]
}

function followed(repo: RepoRow | null) {
  return repo && { id: repo.id, private: repo.private === 1, isMeta: repo.is_meta === 1 }
}

/** Slugs are unique among repositories, so those that lose or change theirs step aside first. */
function follow(mirror: Mirror, repos: RepoRow[], slugs: Map<number, string>): void {
  const { store } = mirror
  const changed = repos.filter((repo) => !repo.is_meta && repo.rfc_slug !== (slugs.get(repo.id) ?? null))
  for (const { id } of changed) store.repos.follow(id, null)
  for (const repo of changed) {
    const slug = slugs.get(repo.id)
    if (slug === undefined) letGo(mirror, repo)
    else {
      store.repos.follow(repo.id, slug)
      ask(mirror, { kind: 'rfc-repo', repoId: repo.id }, true)
    }
  }
  for (const slug of changed.flatMap((repo) => [repo.rfc_slug, slugs.get(repo.id)]))
    if (slug) store.rfcs.project(slug, timeNow(mirror))
  if (changed.length > 0) store.deriveAll()
}

function letGo({ store }: Mirror, { id, full_name }: RepoRow): void {
  store.branches.buryRepo(full_name)
  store.pulls.buryRepo(full_name)
  store.repos.letGo(id)
}

/**
 * What can be asked for and is refreshed as one. `repos` is the owner's listing, `entry-dates` fills the last_entry_commit_at
 * that are not known yet, `refs` the branches and the document of an RFC's own repository, `rfc-repo` these and its pulls,
 * `pull` is one pull request of an RFC's own repository, `meta-pull` one of the meta repository.
 */
export type Target =
  | { kind: 'repos' | 'meta-entries' | 'meta-branches' | 'meta-pulls' | 'entry-dates' }
  | { kind: 'rfc-repo' | 'refs'; repoId: number }
  | { kind: 'pull'; repoId: number; number: number }
  | { kind: 'meta-pull'; number: number }

/** A pull by itself costs two requests, a listing of those that moved hardly more. */
const fewPulls = 4

const fixed = ['repos', 'meta-entries', 'meta-branches', 'meta-pulls', 'entry-dates'] as const

/** `meta-pulls`, `meta-pull/7`, `rfc-repo/12`, `refs/12`, `pull/12/7`: what the queue keeps. */
export function targetName(target: Target): string {
  if (target.kind === 'meta-pull') return `meta-pull/${target.number}`
  if (target.kind === 'pull') return `pull/${target.repoId}/${target.number}`
  return 'repoId' in target ? `${target.kind}/${target.repoId}` : target.kind
}

/** The target of that name. @throws Error for a name that is none, which only a damaged queue holds. */
export function targetOf(name: string): Target {
  const kind = fixed.find((word) => word === name)
  if (kind) return { kind }
  const [, word, first, second] = /^(rfc-repo|refs|pull|meta-pull)\/(\d+)(?:\/(\d+))?$/.exec(name) ?? []
  if (word === 'pull' && second) return { kind: 'pull', repoId: Number(first), number: Number(second) }
  if (word === 'meta-pull' && !second) return { kind: 'meta-pull', number: Number(first) }
  if ((word === 'rfc-repo' || word === 'refs') && !second) return { kind: word, repoId: Number(first) }
  throw new Error(`The queue holds ${name}, which is no target.`)
}

/** Each target once; where many are pulls of one repository, its listing of those that moved instead. */
export function gathered(targets: Target[]): Target[] {
  const nameOf = (listing: Target | null) => listing && targetName(listing)
  const alike = Map.groupBy(targets, (target) => nameOf(listingOf(target)))
  const cheapest = targets.map((target) => {
    const listing = listingOf(target)
    return listing && (alike.get(nameOf(listing))?.length ?? 0) > fewPulls ? listing : target
  })
  return [...new Map(cheapest.map((target) => [targetName(target), target])).values()]
}

/** What has a pull among others; null for what is no pull. */
function listingOf(target: Target): Target | null {
  if (target.kind === 'meta-pull') return { kind: 'meta-pulls' }
  return target.kind === 'pull' ? { kind: 'rfc-repo', repoId: target.repoId } : null
}

/** Whether the whole copy hangs on that target, and not one RFC alone. */
export function isOfAll(name: string): boolean {
  return ['repos', 'meta-entries', 'meta-branches', 'meta-pulls'].includes(name)
}

/** Targets of one lane write the same rows, and are refreshed one after the other: an older answer never overwrites a newer one. */
export function laneOf(target: Target): string {
  if ('repoId' in target) return `repo/${target.repoId}`
  if (target.kind === 'meta-pull') return 'meta-pulls'
  // Dates take minutes and are dropped when the entries move on, so that they hold nobody up.
  return ['meta-branches', 'meta-pulls', 'entry-dates'].includes(target.kind) ? target.kind : 'entries'
}

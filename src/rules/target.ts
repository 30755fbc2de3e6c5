/**
 * What can be asked for and is refreshed as one. `repos` is the owner's listing, `entry-dates` fills the last_entry_commit_at
 * that are not known yet, `pull` is one pull request of the meta repository or of a followed one.
 */
export type Target =
  | { kind: 'repos' | 'meta-entries' | 'meta-branches' | 'meta-pulls' | 'entry-dates' }
  | { kind: 'rfc-repo'; repoId: number }
  | { kind: 'pull'; repoId: number; number: number }

const fixed = ['repos', 'meta-entries', 'meta-branches', 'meta-pulls', 'entry-dates'] as const

/** `meta-pulls`, `rfc-repo/12`, `pull/12/7`: what the queue keeps. */
export function targetName(target: Target): string {
  if (target.kind === 'rfc-repo') return `rfc-repo/${target.repoId}`
  if (target.kind === 'pull') return `pull/${target.repoId}/${target.number}`
  return target.kind
}

/** The target of that name. @throws Error for a name that is none, which only a damaged queue holds. */
export function targetOf(name: string): Target {
  const kind = fixed.find((word) => word === name)
  if (kind) return { kind }
  const [, repo, repoId, number] = /^(?:(rfc-repo)|pull)\/(\d+)(?:\/(\d+))?$/.exec(name) ?? []
  if (repo && !number) return { kind: 'rfc-repo', repoId: Number(repoId) }
  if (!repo && number) return { kind: 'pull', repoId: Number(repoId), number: Number(number) }
  throw new Error(`The queue holds ${name}, which is no target.`)
}

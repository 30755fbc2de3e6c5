import { readBranchName } from './branch-name.ts'
import { readTrailers, supersedes, trailerActor } from './trailers.ts'

/** A pull as Gitea shows it. */
export type ShownPull = {
  number: number
  state: 'open' | 'closed' | 'merged'
  title: string
  body: string
  opener: string
  headBranch: string
  isAgit: boolean
  headSha: string | null
  fromFork: boolean
  base: string
  createdAt: string | null
  updatedAt: string | null
  closedAt: string | null
  mergedAt: string | null
  mergeCommit: string | null
}

/** Whose a pull is. */
export type Belonging = {
  slug: string
  kind: 'idea' | 'meta_body_edit' | 'meta_claim' | 'meta_metadata' | 'rfc_branch'
}

/** Whose a pull of the meta repository is: from its own branches, onto its default branch, by the branch's name; null: nobody's. */
export function metaBelonging(pull: ShownPull, defaultBranch: string): Belonging | null {
  if (pull.fromFork || pull.isAgit || pull.base !== defaultBranch) return null
  return readBranchName(pull.headBranch)
}

/** A pull's row, and the pulls its trailers supersede. `headSha` is refs/pull/N/head where git/refs showed it. */
export function pullRow(
  pull: ShownPull,
  { slug, kind }: Belonging,
  repo: string,
  headSha: string | null,
  botUser: string,
) {
  const isBot = pull.opener.toLowerCase() === botUser.toLowerCase()
  const trailers = readTrailers(pull.title, pull.body)
  const row = {
    rfc_slug: slug,
    pr_kind: kind,
    repo,
    pr_number: pull.number,
    title: pull.title,
    description: pull.body,
    opened_at: pull.createdAt,
    merged_at: pull.mergedAt,
    head_branch: pull.headBranch,
    base_branch: pull.base,
    head_sha: headSha ?? pull.headSha,
    merge_commit_sha: pull.mergeCommit,
    upstream_state: pull.state,
    upstream_closed_at: pull.closedAt,
    upstream_updated_at: pull.updatedAt,
    opener_login: pull.opener,
    opener_is_bot: isBot ? (1 as const) : (0 as const),
    trailer_actor: isBot ? trailerActor(trailers) : null,
    from_fork: pull.fromFork ? (1 as const) : (0 as const),
  }
  return { row, supersedes: supersedes(trailers) }
}

import type { Row } from '../support/copy.ts'
import { bodies } from './upstream.ts'

/** A row the application wrote into `actions`. */
export type Action = {
  id: number
  action_kind: string
  rfc_slug: string
  pr_number: number
  on_behalf_of: string | null
  repo: string | null
  created_at: string
}

/** The kinds of actions that open a pull, and of which kind it is. */
export const opening: Record<string, string> = {
  propose_rfc: 'idea',
  open_body_edit_pr: 'meta_body_edit',
  open_claim_pr: 'meta_claim',
  open_metadata_pr: 'meta_metadata',
  open_branch_pr: 'rfc_branch',
}
const slackMs = 120_000

/** Rows of pulls with their derived columns by a second reading of the rules, from what Gitea said and what the application noted. */
export function meaningOf(pulls: Row[], actions: Action[], known: Set<string>): Row[] {
  return pulls.map((pull) => {
    const about = actions.filter(
      ({ rfc_slug, pr_number, repo }) =>
        rfc_slug === pull.rfc_slug &&
        pr_number === pull.pr_number &&
        (!isKnown(known, repo) || repo?.toLowerCase() === String(pull.repo).toLowerCase()),
    )
    const opened = pull.opener_is_bot === 1 ? openerOf(pull, about, known) : undefined
    const by = superseder(pull, pulls)
    const isOpen = pull.upstream_state === 'open'
    return {
      ...pull,
      state: by && isOpen ? 'closed' : isWithdrawn(pull, about) ? 'withdrawn' : (pull.upstream_state ?? null),
      opened_by: (pull.opener_is_bot ? (opened ?? pull.trailer_actor) : null) ?? pull.opener_login ?? null,
      opened_by_source: !pull.opener_is_bot ? 'login' : opened ? 'actions' : pull.trailer_actor ? 'trailer' : 'bot',
      superseded_by_pr_number: by?.pr_number ?? null,
      closed_at: (by && isOpen ? by.merged_at : pull.upstream_closed_at) ?? null,
    }
  })
}

function isKnown(known: Set<string>, repo: string | null): boolean {
  return repo !== null && known.has(repo.toLowerCase())
}

function openerOf(pull: Row, about: Action[], known: Set<string>): string | undefined {
  const openedAt = Date.parse(String(pull.opened_at))
  const fits = about
    .toSorted((a, b) => a.id - b.id)
    .find(
      ({ action_kind, repo, on_behalf_of, created_at }) =>
        on_behalf_of &&
        opening[action_kind] &&
        (isKnown(known, repo) || opening[action_kind] === pull.pr_kind) &&
        Date.parse(created_at) >= openedAt - slackMs,
    )
  return fits?.on_behalf_of ?? undefined
}

function isWithdrawn(pull: Row, about: Action[]): boolean {
  const closedAt = Date.parse(String(pull.upstream_closed_at))
  return (
    pull.upstream_state === 'closed' &&
    about.some(
      ({ action_kind, created_at }) =>
        action_kind.startsWith('withdraw_') &&
        (pull.upstream_closed_at === null || Date.parse(created_at) >= closedAt - slackMs),
    )
  )
}

function superseder(pull: Row, pulls: Row[]): Row | undefined {
  const over = pulls.filter(
    (other) =>
      other.repo === pull.repo &&
      other.rfc_slug === pull.rfc_slug &&
      Number(other.pr_number) > Number(pull.pr_number) &&
      other.upstream_state === 'merged' &&
      pull.upstream_state !== 'merged' &&
      bodies.find(({ text }) => text === other.description)?.supersedes.includes(Number(pull.pr_number)),
  )
  const order = (row: Row) => `${row.merged_at} ${String(row.pr_number).padStart(6, '0')}`
  return over.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))[0]
}

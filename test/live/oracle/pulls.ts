import { gitTrailers } from '../../rules/oracle/git-trailers.ts'
import type { Row } from '../../support/copy.ts'
import type { ApiPull } from '../api-shapes.ts'
import { time } from './git-view.ts'

/** A row the application wrote into `actions`; `at` is in ms. */
export type Action = { kind: string; slug: string; number: number; who: string; repo: string; at: number }

/** A pull that is somebody's, with the head that git holds of it. */
export type Owned = { slug: string; kind: string; repo: string; pull: ApiPull; headSha: string | null }

/** Who the bot is, what the application noted, and the repositories that are meta or followed. */
export type Known = { bot: string; actions: Action[]; repos: Set<string> }

const opening: Record<string, string> = {
  propose_rfc: 'idea',
  open_body_edit_pr: 'meta_body_edit',
  open_claim_pr: 'meta_claim',
  open_metadata_pr: 'meta_metadata',
  open_branch_pr: 'rfc_branch',
}
const slackMs = 120_000

/** The rows of cached_prs. */
export function pullRows(owned: Owned[], known: Known): Row[] {
  const trailers = gitTrailers(owned.map(({ pull }) => ({ title: pull.title, body: pull.body })))
  const said = owned.map((one, at) => ({ one, trailers: trailers[at] ?? [] }))
  const rows = said.map(({ one, trailers }) => pullRow(one, actor(trailers), known))
  const names = said.map(({ trailers }) => superseded(trailers))
  for (const row of rows) {
    const over = rows.filter((other, at) => supersedes(other, row) && names[at]?.includes(Number(row.pr_number)))
    const [first] = over.sort((a, b) => byText(a.merged_at, b.merged_at) || Number(a.pr_number) - Number(b.pr_number))
    if (!first) continue
    row.superseded_by_pr_number = first.pr_number ?? null
    if (row.upstream_state === 'open') Object.assign(row, { state: 'closed', closed_at: first.merged_at })
  }
  return rows
}

function pullRow({ slug, kind, repo, pull, headSha }: Owned, actor: string | null, known: Known): Row {
  const opener = pull.user?.login ?? 'Ghost'
  const isBot = opener.toLowerCase() === known.bot.toLowerCase()
  const upstream = pull.merged ? 'merged' : pull.state
  const speakOf = known.actions.filter((action) => action.slug === slug && action.number === pull.number)
  const here = speakOf.filter((action) => !known.repos.has(action.repo) || action.repo === repo)
  const opened = here.find(
    (action) =>
      action.who !== '' &&
      action.at >= Date.parse(pull.created_at) - slackMs &&
      (known.repos.has(action.repo) ? opening[action.kind] !== undefined : opening[action.kind] === kind),
  )
  const withdrawn = here.some(
    ({ kind, at }) => kind.startsWith('withdraw_') && (!pull.closed_at || at >= Date.parse(pull.closed_at) - slackMs),
  )
  return {
    rfc_slug: slug,
    pr_kind: kind,
    repo,
    pr_number: pull.number,
    title: pull.title,
    description: pull.body,
    state: upstream === 'closed' && withdrawn ? 'withdrawn' : upstream,
    opened_by: isBot ? (opened?.who ?? actor ?? opener) : opener,
    opened_at: time(pull.created_at),
    merged_at: time(pull.merged_at),
    closed_at: time(pull.closed_at),
    head_branch: pull.head.label || pull.head.ref,
    base_branch: pull.base.ref,
    head_sha: headSha,
    merge_commit_sha: pull.merged ? pull.merge_commit_sha : null,
    superseded_by_pr_number: null,
    upstream_state: upstream,
    upstream_closed_at: time(pull.closed_at),
    upstream_updated_at: time(pull.updated_at),
    opener_login: opener,
    opener_is_bot: isBot ? 1 : 0,
    trailer_actor: isBot ? actor : null,
    opened_by_source: !isBot ? 'login' : opened ? 'actions' : actor ? 'trailer' : 'bot',
    from_fork: pull.head.repo_id === pull.base.repo_id ? 0 : 1,
  }
}

type Trailer = { key: string; value: string }

/** Who the one On-behalf-of trailer names. */
function actor(trailers: Trailer[]): string | null {
  const named = trailers
    .filter(({ key }) => key.toLowerCase() === 'on-behalf-of')
    .flatMap(({ value }) => /<([^<>]+)>$/.exec(value)?.[1] ?? [])
  return named.length === 1 ? (named[0] ?? null) : null
}

function superseded(trailers: Trailer[]): number[] {
  return trailers
    .filter(({ key, value }) => key.toLowerCase() === 'supersedes' && /^#\d+$/.test(value))
    .map(({ value }) => Number(value.slice(1)))
}

function supersedes(later: Row, earlier: Row): boolean {
  return (
    later.repo === earlier.repo &&
    later.rfc_slug === earlier.rfc_slug &&
    Number(later.pr_number) > Number(earlier.pr_number) &&
    later.upstream_state === 'merged' &&
    earlier.upstream_state !== 'merged'
  )
}

function byText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

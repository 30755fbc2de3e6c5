/**
 * What Gitea said, and what it means. One SELECT derives state, opened_by, opened_by_source, superseded_by_pr_number and
 * closed_at of pulls from what Gitea said of them, from `actions` and from pr_supersedes; refreshes run it over the pulls they
 * touched, and the triggers on `actions` carry it inlined, so that nothing flaps and a rebuild gives the same rows.
 */

/** Which of the columns it may lack the application's `actions` has. */
export type ActionColumns = { repo: boolean; createdAt: boolean }

/** An action may be written this much before what it speaks of: clocks differ, and the application logs before it asks Gitea. */
const slackSeconds = 120

/**
 * The UPDATE that sets the derived columns of the pulls in scope where they differ. `scope` is a condition on the alias it is
 * given; `columns` is null while there is no `actions`. Good for SQLite 3.37, inside a trigger too.
 */
export function deriveMeaning(columns: ActionColumns | null, scope: (pull: string) => string): string {
  return `UPDATE cached_prs SET state = d.state, opened_by = d.opened_by, opened_by_source = d.opened_by_source,
  superseded_by_pr_number = d.superseded_by_pr_number, closed_at = d.closed_at
FROM (${meaning(columns, scope)}) AS d
WHERE cached_prs.repo = d.repo AND cached_prs.pr_number = d.pr_number
  AND (cached_prs.state, cached_prs.opened_by, cached_prs.opened_by_source, cached_prs.superseded_by_pr_number, cached_prs.closed_at)
    IS NOT (d.state, d.opened_by, d.opened_by_source, d.superseded_by_pr_number, d.closed_at)`
}

function meaning(columns: ActionColumns | null, scope: (pull: string) => string): string {
  return `
  SELECT p.repo AS repo, p.pr_number AS pr_number,
    CASE WHEN p.upstream_state = 'closed' AND w.pr_number IS NOT NULL THEN 'withdrawn'
         WHEN p.upstream_state = 'open' AND s.pr_number IS NOT NULL THEN 'closed'
         ELSE p.upstream_state END AS state,
    CASE WHEN NOT p.opener_is_bot THEN p.opener_login ELSE coalesce(o.who, p.trailer_actor, p.opener_login) END AS opened_by,
    CASE WHEN NOT p.opener_is_bot THEN 'login' WHEN o.who IS NOT NULL THEN 'actions'
         WHEN p.trailer_actor IS NOT NULL THEN 'trailer' ELSE 'bot' END AS opened_by_source,
    s.pr_number AS superseded_by_pr_number,
    CASE WHEN p.upstream_state = 'open' AND s.pr_number IS NOT NULL THEN s.merged_at ELSE p.upstream_closed_at END AS closed_at
  FROM cached_prs AS p
  LEFT JOIN cached_prs AS s ON s.repo = p.repo AND s.pr_number = (${superseder})
  LEFT JOIN (${columns ? openings(columns, scope) : nobody}) AS o ON o.repo = p.repo AND o.pr_number = p.pr_number
  LEFT JOIN (${columns ? withdrawals(columns, scope) : nobody}) AS w ON w.repo = p.repo AND w.pr_number = p.pr_number
  WHERE ${scope('p')}`
}

/**
 * A merged pull supersedes the lower-numbered ones it names that are not merged; the earliest merge wins, then the lower number.
 * CROSS JOIN keeps SQLite from going through all pulls of a repository for each: the trailers are few.
 */
const superseder = `
    SELECT m.pr_number FROM pr_supersedes AS t CROSS JOIN cached_prs AS m ON m.repo = t.repo AND m.pr_number = t.pr_number
    WHERE t.repo = p.repo AND t.supersedes = p.pr_number AND p.pr_number < m.pr_number AND p.upstream_state <> 'merged'
      AND m.upstream_state = 'merged' AND m.rfc_slug = p.rfc_slug
    ORDER BY m.merged_at IS NULL, m.merged_at, m.pr_number LIMIT 1`

const nobody = `SELECT NULL AS repo, NULL AS pr_number, NULL AS who WHERE 0`

/** The opening action with the lowest id of each pull the bot opened (SQLite takes \`who\` from the row that has the minimum). */
function openings(columns: ActionColumns, scope: (pull: string) => string): string {
  const early = columns.createdAt
    ? `AND coalesce(${unix('a.created_at')} >= ${unixUtc('b.opened_at')} - ${slackSeconds}, 1)`
    : ''
  return `SELECT b.repo AS repo, b.pr_number AS pr_number, min(a.id) AS first, CAST(a.on_behalf_of AS TEXT) AS who
    FROM cached_prs AS b JOIN actions AS a ON a.rfc_slug = b.rfc_slug AND a.pr_number = b.pr_number
    WHERE ${scope('b')} AND b.opener_is_bot AND a.on_behalf_of <> '' AND typeof(a.on_behalf_of) <> 'blob'
      AND a.action_kind IN ('propose_rfc', 'open_body_edit_pr', 'open_claim_pr', 'open_metadata_pr', 'open_branch_pr')
      AND ${matches(columns, kindNamed)} ${early}
    GROUP BY b.repo, b.pr_number`
}

const kindNamed = `b.pr_kind = CASE a.action_kind WHEN 'propose_rfc' THEN 'idea' WHEN 'open_body_edit_pr' THEN 'meta_body_edit'
        WHEN 'open_claim_pr' THEN 'meta_claim' WHEN 'open_metadata_pr' THEN 'meta_metadata' ELSE 'rfc_branch' END`

/** Closed pulls with a withdraw action not written before the close, so that withdraw, reopen, closed by a maintainer is closed. */
function withdrawals(columns: ActionColumns, scope: (pull: string) => string): string {
  const inTime = columns.createdAt
    ? `AND (b.upstream_closed_at IS NULL OR ${unix('a.created_at')} >= ${unixUtc('b.upstream_closed_at')} - ${slackSeconds})`
    : ''
  return `SELECT DISTINCT b.repo AS repo, b.pr_number AS pr_number
    FROM cached_prs AS b JOIN actions AS a ON a.rfc_slug = b.rfc_slug AND a.pr_number = b.pr_number
    WHERE ${scope('b')} AND b.upstream_state = 'closed' AND a.action_kind GLOB 'withdraw_*'
      AND ${matches(columns, '1')} ${inTime}`
}

/** An action that names a repository we know speaks of that one alone; any other name counts as none, and then `unnamed` decides. */
function matches(columns: ActionColumns, unnamed: string): string {
  if (!columns.repo) return unnamed
  return `CASE WHEN EXISTS (SELECT 1 FROM repos AS r WHERE r.full_name = a.repo AND (r.is_meta OR r.rfc_slug IS NOT NULL))
      THEN b.repo = a.repo COLLATE NOCASE ELSE ${unnamed} END`
}

/** Seconds since 1970 of one of our own times. */
function unixUtc(column: string): string {
  return `CAST(strftime('%s', ${column}) AS INTEGER)`
}

/**
 * Seconds since 1970 of a time an application wrote, NULL where it cannot be read: `YYYY-MM-DD`, space or T, `HH:MM:SS[.f]`, then
 * nothing (UTC), Z or ±HH:MM; a real date (SQLite alone takes 31 February) after 1970-01-01.
 */
function unix(column: string): string {
  const day = `substr(${column}, 1, 10)`
  const rest = `CASE WHEN substr(${column}, 20, 2) GLOB '.[0-9]' THEN ltrim(substr(${column}, 21), '0123456789') ELSE substr(${column}, 20) END`
  const [twoDigits, sixty] = ['[0-9][0-9]', '[0-5][0-9]']
  const clock = `substr(${column}, 12, 8)`
  const isHour = (text: string) => `substr(${text}, 1, 2) <= '23'`
  return `CASE WHEN typeof(${column}) = 'text'
      AND ${day} GLOB '${twoDigits}${twoDigits}-${twoDigits}-${twoDigits}' AND date(${day}, '+0 days') = ${day} AND ${day} > '1970-01-01'
      AND substr(${column}, 11, 1) IN (' ', 'T') AND ${clock} GLOB '${twoDigits}:${sixty}:${sixty}' AND ${isHour(clock)}
      AND (${rest} IN ('', 'Z') OR (${rest} GLOB '[+-]${twoDigits}:${sixty}' AND substr(${rest}, 2, 2) <= '23'))
    THEN CAST(strftime('%s', ${day} || ' ' || ${clock}) AS INTEGER)
      - CASE WHEN length(${rest}) = 6 THEN CAST(substr(${rest}, 1, 1) || '1' AS INTEGER)
        * (CAST(substr(${rest}, 2, 2) AS INTEGER) * 3600 + CAST(substr(${rest}, 5, 2) AS INTEGER) * 60) ELSE 0 END
    END`
}

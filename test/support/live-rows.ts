import type { Copy, Row } from './copy.ts'

type Read = Pick<Copy, 'all'>
type Shown = { key: string; row: Row }

/**
 * Pairs of what two copies of the same Gitea show of live rows without a problem: all columns but updated_at, by key. A row hangs
 * on its RFC's entry when that entry's state or repository put it there; where the entry has a problem in either copy the
 * rows may differ, for one copy may hold its last good row and the other never had one.
 */
export function liveRows(one: Read, other: Read): [Map<string, Row>, Map<string, Row>] {
  const troubled = new Set([one, other].flatMap(troubledSlugs))
  return [shown(one, troubled), shown(other, troubled)]
}

function troubledSlugs(copy: Read): string[] {
  const own = copy.all('SELECT slug FROM cached_rfcs WHERE problem IS NOT NULL AND removed_at IS NULL')
  const claimed = copy.all('SELECT slug FROM entry_files WHERE problem IS NOT NULL AND slug IS NOT NULL')
  return [...own, ...claimed].map(({ slug }) => String(slug))
}

function shown(copy: Read, troubled: Set<string>): Map<string, Row> {
  const meta = String(copy.all('SELECT full_name FROM repos WHERE is_meta')[0]?.full_name)
  const hangs = ({ rfc_slug, repo, branch_name }: Row) =>
    (repo !== meta || branch_name === 'main') && troubled.has(String(rfc_slug))
  const rfcs = copy
    .all('SELECT * FROM cached_rfcs WHERE removed_at IS NULL AND problem IS NULL')
    .filter(({ slug }) => !troubled.has(String(slug)))
    .map(({ updated_at: _, ...row }): Shown => ({ key: `rfc ${row.slug}`, row }))
  const branches = copy
    .all("SELECT * FROM cached_branches WHERE state <> 'deleted'")
    .filter((row) => !hangs(row))
    .map((row): Shown => ({ key: `branch ${row.rfc_slug} ${row.repo} ${row.branch_name}`, row }))
  const pulls = copy
    .all("SELECT * FROM cached_prs WHERE upstream_state <> 'deleted'")
    .filter((row) => !hangs(row))
    .map((row): Shown => ({ key: `pull ${row.repo}#${row.pr_number}`, row }))
  return new Map([...rfcs, ...branches, ...pulls].sort(byKey).map(({ key, row }) => [key, row]))
}

function byKey(a: Shown, b: Shown): number {
  return a.key < b.key ? -1 : 1
}

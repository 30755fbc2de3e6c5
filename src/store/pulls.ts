import type { Database } from 'better-sqlite3'
import type { Derive } from './derive.ts'

/** What Gitea said of a pull; the rest is derived. */
export type PullRow = {
  rfc_slug: string
  pr_kind: 'idea' | 'meta_body_edit' | 'meta_claim' | 'meta_metadata' | 'rfc_branch'
  repo: string
  pr_number: number
  title: string
  description: string
  opened_at: string | null
  merged_at: string | null
  head_branch: string
  base_branch: string
  head_sha: string | null
  merge_commit_sha: string | null
  upstream_state: 'open' | 'merged' | 'closed'
  upstream_closed_at: string | null
  upstream_updated_at: string | null
  opener_login: string
  opener_is_bot: 0 | 1
  trailer_actor: string | null
  from_fork: 0 | 1
}

const columns = [
  'rfc_slug',
  'pr_kind',
  'title',
  'description',
  'opened_at',
  'merged_at',
  'head_branch',
  'base_branch',
  'head_sha',
  'merge_commit_sha',
  'upstream_state',
  'upstream_closed_at',
  'upstream_updated_at',
  'opener_login',
  'opener_is_bot',
  'trailer_actor',
  'from_fork',
] as const // prettier-ignore

export function pullsTable(db: Database, derive: Derive) {
  const upsert = db.prepare<PullRow>(/* sql */ `
    INSERT INTO cached_prs (repo, pr_number, ${columns.join(', ')}, state, opened_by, opened_by_source)
    VALUES (:repo, :pr_number, ${columns.map((name) => `:${name}`).join(', ')}, :upstream_state, :opener_login,
      CASE WHEN :opener_is_bot THEN 'bot' ELSE 'login' END)
    ON CONFLICT (repo, pr_number) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
    WHERE (${columns.join(', ')}) IS NOT (${columns.map((name) => `excluded.${name}`).join(', ')})`)
  const { bury, buryRepo } = burials(db)
  const slugs = db
    .prepare<[string, number], string>('SELECT rfc_slug FROM cached_prs WHERE repo = ? AND pr_number = ?')
    .pluck()
  const live = db.prepare<[string], { pr_number: number; head_sha: string | null; upstream_state: string }>(
    `SELECT pr_number, head_sha, upstream_state FROM cached_prs WHERE repo = ? AND upstream_state <> 'deleted'`,
  )
  const setHead = db.prepare<[string, string, number]>(
    'UPDATE cached_prs SET head_sha = ? WHERE repo = ? AND pr_number = ?',
  )
  const supersedes = supersedesTable(db)
  const strays = straysOf(db)

  return {
    /** Writes pulls and their Supersedes trailers where they differ, and what they and those beside them mean. */
    write: (repo: string, pulls: { row: PullRow; supersedes: number[] }[]) => {
      const touched = new Set<string>()
      for (const { row, supersedes: named } of pulls) {
        const before = slugs.get(repo, row.pr_number)
        const isRewritten = upsert.run(row).changes > 0
        if (!supersedes.replace(repo, row.pr_number, named) && !isRewritten) continue
        for (const slug of [before, row.rfc_slug]) if (slug) touched.add(slug)
      }
      derive.groups(repo, touched)
    },
    /** The pulls are gone, or no rule wants them any more: their rows stay, as deleted. */
    bury: (repo: string, numbers: Iterable<number>) => {
      const touched = new Set<string>()
      for (const number of numbers) {
        const slug = slugs.get(repo, number)
        if (slug && bury.run(repo, number).changes) touched.add(slug)
      }
      derive.groups(repo, touched)
    },
    /** The same for every pull of a repository that is followed no more. */
    buryRepo: (repo: string) => {
      derive.groups(repo, new Set(buryRepo.all(repo)))
    },
    /** The same for repositories that nobody follows. */
    buryStrays: () => {
      if (strays.run().changes) derive.all()
    },
    /** Heads of pulls as git/refs has them, without reading the pulls again. */
    setHead: (repo: string, number: number, sha: string) => setHead.run(sha, repo, number),
    live: (repo: string) => live.all(repo),
    /** How many are open. */
    countOpen: countOpen(db),
    /** Open pulls from a branch and all pulls onto it: they are closed or retargeted with its end, or follow its new name. */
    ofBranch: ofBranch(db),
  }
}

function supersedesTable(db: Database) {
  const all = db
    .prepare<[string, number], number>(
      'SELECT supersedes FROM pr_supersedes WHERE repo = ? AND pr_number = ? ORDER BY supersedes',
    )
    .pluck()
  const drop = db.prepare<[string, number]>('DELETE FROM pr_supersedes WHERE repo = ? AND pr_number = ?')
  const add = db.prepare<[string, number, number]>(
    'INSERT INTO pr_supersedes (repo, pr_number, supersedes) VALUES (?, ?, ?)',
  )
  return {
    /** Writes what a pull's trailers name, ascending, where it differs; returns whether it did. */
    replace: (repo: string, number: number, named: number[]): boolean => {
      if (all.all(repo, number).join() === named.join()) return false
      drop.run(repo, number)
      for (const other of named) add.run(repo, number, other)
      return true
    },
  }
}

/** Buries pulls of repositories that nobody follows. */
function straysOf(db: Database) {
  return db.prepare(/* sql */ `
    UPDATE cached_prs SET upstream_state = 'deleted' WHERE upstream_state <> 'deleted'
      AND repo NOT IN (SELECT full_name FROM repos WHERE is_meta OR rfc_slug IS NOT NULL)`)
}

function countOpen(db: Database) {
  const open = db
    .prepare<[string], number>(`SELECT count(*) FROM cached_prs WHERE repo = ? AND upstream_state = 'open'`)
    .pluck()
  return (repo: string): number => open.get(repo) ?? 0
}

/** What a branch means to pulls. */
function ofBranch(db: Database) {
  const of = db
    .prepare<{ repo: string; branch: string }, number>(/* sql */ `
      SELECT pr_number FROM cached_prs WHERE repo = :repo AND upstream_state <> 'deleted'
        AND (base_branch = :branch OR (head_branch = :branch AND upstream_state = 'open'))`)
    .pluck()
  return (repo: string, branch: string): number[] => of.all({ repo, branch })
}

function burials(db: Database) {
  const bury = db.prepare<[string, number]>(
    `UPDATE cached_prs SET upstream_state = 'deleted' WHERE repo = ? AND pr_number = ? AND upstream_state <> 'deleted'`,
  )
  /** Gives the RFC of each. */
  const buryRepo = db
    .prepare<[string], string>(
      `UPDATE cached_prs SET upstream_state = 'deleted' WHERE repo = ? AND upstream_state <> 'deleted' RETURNING rfc_slug`,
    )
    .pluck()
  return { bury, buryRepo }
}

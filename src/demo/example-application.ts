import Sqlite from 'better-sqlite3'

/** What the application notes when somebody does something through it; its bot then does it in Gitea. */
export type Action = { kind: string; slug: string; pull: number; by: string; repo: string; at: Date }

export type RfcLine = { rfc: string; slug: string; state: string; title: string; problem: string | null }
export type PullLine = { pull: string; state: string; opened_by: string; known_by: string; title: string }
export type BranchLine = { repo: string; branch: string; state: string }
export type BranchesLine = { slug: string; branches: string }

export type Application = ReturnType<typeof openApplication>

/**
 * An application as it stands beside rfcached: it makes `actions` in the same file, writes there with its own SQLite, and reads
 * the copy with plain SELECTs. It knows nothing of rfcached.
 */
export function openApplication(file: string) {
  const db = new Sqlite(file)
  db.exec(`CREATE TABLE IF NOT EXISTS actions (
    id INTEGER PRIMARY KEY, action_kind TEXT NOT NULL, rfc_slug TEXT NOT NULL, pr_number INTEGER,
    on_behalf_of TEXT NOT NULL, repo TEXT, created_at TEXT NOT NULL)`)
  return {
    act: ({ kind, slug, pull, by, repo, at }: Action): void => {
      db.prepare(
        `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
      ).run(kind, slug, pull, by, repo, at.toISOString())
    },
    actions: (): number => db.prepare<[], number>('SELECT count(*) FROM actions').pluck().get() ?? 0,
    /** Whether rfcached has been here. */
    isFilled: (): boolean => db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'cached_prs'`).get() !== undefined,
    rfcs: (): RfcLine[] =>
      db
        .prepare<[], RfcLine>(/* sql */ `
          SELECT coalesce(rfc_id, '') AS rfc, slug, state, title, problem FROM cached_rfcs
          WHERE removed_at IS NULL ORDER BY state, rfc_id, slug`)
        .all(),
    branches: (): BranchLine[] =>
      db
        .prepare<[], BranchLine>(/* sql */ `
          SELECT substr(repo, instr(repo, '/') + 1) AS repo, branch_name AS branch, state FROM cached_branches
          WHERE branch_name <> 'main' ORDER BY repo, branch_name`)
        .all(),
    branchesBySlug: (): BranchesLine[] =>
      db
        .prepare<[], BranchesLine>(/* sql */ `
          SELECT rfc_slug AS slug, group_concat(branch_name, ', ') AS branches FROM cached_branches
          WHERE state = 'open' AND branch_name <> 'main' GROUP BY rfc_slug`)
        .all(),
    pulls: (): PullLine[] =>
      db
        .prepare<[], PullLine>(/* sql */ `
          SELECT substr(repo, instr(repo, '/') + 1) || '#' || pr_number AS pull, state, opened_by,
            opened_by_source AS known_by, title
          FROM cached_prs WHERE state <> 'deleted' ORDER BY repo, pr_number`)
        .all(),
    [Symbol.dispose]: () => db.close(),
  }
}

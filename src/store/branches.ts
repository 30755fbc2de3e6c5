import type { Database } from 'better-sqlite3'

/** A branch as a refresh wants it to be. */
export type BranchRow = {
  rfc_slug: string
  repo: string
  branch_name: string
  head_sha: string
  last_commit_at: string | null
}
export type BranchKey = { rfc_slug: string; branch_name: string }

export function branchesTable(db: Database) {
  const upsert = db.prepare<BranchRow>(/* sql */ `
    INSERT INTO cached_branches (rfc_slug, repo, branch_name, head_sha, last_commit_at)
    VALUES (:rfc_slug, :repo, :branch_name, :head_sha, :last_commit_at)
    ON CONFLICT (rfc_slug, repo, branch_name) DO UPDATE SET
      head_sha = excluded.head_sha, last_commit_at = excluded.last_commit_at,
      state = CASE WHEN state = 'closed' THEN 'closed' ELSE 'open' END
    WHERE (head_sha, last_commit_at) IS NOT (excluded.head_sha, excluded.last_commit_at)
      OR state NOT IN ('open', 'closed')`)
  const bury = db.prepare<BranchKey & { repo: string }>(/* sql */ `
    UPDATE cached_branches SET state = 'deleted' WHERE rfc_slug = :rfc_slug AND repo = :repo AND branch_name = :branch_name`)
  const remove = db.prepare<BranchKey & { repo: string }>(/* sql */ `
    DELETE FROM cached_branches WHERE rfc_slug = :rfc_slug AND repo = :repo AND branch_name = :branch_name`)
  const buryRepo = db.prepare<[string]>(
    `UPDATE cached_branches SET state = 'deleted' WHERE repo = ? AND state <> 'deleted'`,
  )
  const buryStrays = db.prepare(/* sql */ `
    UPDATE cached_branches SET state = 'deleted' WHERE state <> 'deleted'
      AND repo NOT IN (SELECT full_name FROM repos WHERE is_meta OR rfc_slug IS NOT NULL)`)
  const removeMain = db.prepare<[string]>(/* sql */ `
    DELETE FROM cached_branches WHERE repo = ? AND branch_name = 'main' AND rfc_slug NOT IN
      (SELECT slug FROM cached_rfcs WHERE state = 'super-draft' AND removed_at IS NULL)`)

  return {
    ...foundBranches(db),
    /** Writes a row where it differs; the application's `closed` stays while the branch lives. */
    upsert: (row: BranchRow) => upsert.run(row),
    /** The branch is gone: its row stays, as deleted. */
    bury: (repo: string, key: BranchKey) => bury.run({ repo, ...key }),
    /** The only row that really goes: a super-draft's `main`, when it is a super-draft no more. */
    remove: (repo: string, key: BranchKey) => remove.run({ repo, ...key }),
    /** Every branch of a repository that is followed no more. */
    buryRepo: (repo: string) => buryRepo.run(repo),
    /** Branches of repositories that nobody follows. */
    buryStrays: () => buryStrays.run(),
    /** The `main` rows of those that are super-drafts no more. */
    removeMain: (metaRepo: string) => removeMain.run(metaRepo),
  }
}

function foundBranches(db: Database) {
  const live = db.prepare<[string], BranchKey>(
    `SELECT rfc_slug, branch_name FROM cached_branches WHERE repo = ? AND state <> 'deleted'`,
  )
  const dates = db
    .prepare<[string], [string, string]>(
      `SELECT head_sha, last_commit_at FROM cached_branches WHERE repo = ? AND last_commit_at IS NOT NULL`,
    )
    .raw()
  const undated = db
    .prepare<[string], string>(
      `SELECT head_sha FROM cached_branches WHERE repo = ? AND last_commit_at IS NULL AND state <> 'deleted'`,
    )
    .pluck()
  const heads = db
    .prepare<[string], [string, string]>(
      `SELECT branch_name, head_sha FROM cached_branches WHERE repo = ? AND state <> 'deleted' AND branch_name <> 'main'`,
    )
    .raw()
  const superDrafts = db
    .prepare<[], string>(`SELECT slug FROM cached_rfcs WHERE state = 'super-draft' AND removed_at IS NULL`)
    .pluck()

  return {
    live: (repo: string) => live.all(repo),
    /** Author dates that are known already, by commit. */
    dates: (repo: string): Map<string, string | null> => new Map(dates.all(repo)),
    /** Heads of live branches that have no date. */
    undated: (repo: string): Set<string> => new Set(undated.all(repo)),
    /** Heads of the meta repository's live edit branches, by name. */
    heads: (metaRepo: string): Map<string, string> => new Map(heads.all(metaRepo)),
    superDrafts: () => superDrafts.all(),
  }
}

import type { Database } from 'better-sqlite3'

/** A repository of the owner and what is held of it. */
export type RepoRow = {
  id: number
  full_name: string
  is_meta: 0 | 1
  rfc_slug: string | null
  default_branch: string
  private: 0 | 1
  empty: 0 | 1
  has_pulls: 0 | 1
  count_off: number
  updated_at: string | null
  tip: string | null
  tip_at: string | null
  document_body: string | null
  document_sha: string | null
  dates_held: 0 | 1
  pulls_since: string | null
}

/** What the owner's listing says of it. */
export type ListedRepo = Pick<
  RepoRow,
  'id' | 'full_name' | 'is_meta' | 'default_branch' | 'private' | 'empty' | 'has_pulls' | 'updated_at'
> & { open_pulls: number }

/** The tables that name repositories, and the rest of their keys. */
const keysInRepo = {
  cached_branches: 'rfc_slug, branch_name',
  cached_prs: 'pr_number',
  pr_supersedes: 'pr_number, supersedes',
}

/** By how much Gitea's count of open pulls differs from those that are held under a name. */
const countOff = (counted: string, name: string) =>
  `${counted} - (SELECT count(*) FROM cached_prs WHERE repo = ${name} AND upstream_state = 'open')`

export function reposTable(db: Database) {
  const upsert = db.prepare<ListedRepo>(/* sql */ `
    INSERT INTO repos (id, full_name, is_meta, default_branch, private, empty, has_pulls, count_off, updated_at)
    VALUES (:id, :full_name, :is_meta, :default_branch, :private, :empty, :has_pulls, ${countOff(':open_pulls', ':full_name')}, :updated_at)
    ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name, is_meta = excluded.is_meta,
      default_branch = excluded.default_branch, private = excluded.private, empty = excluded.empty,
      has_pulls = excluded.has_pulls, count_off = excluded.count_off, updated_at = excluded.updated_at`)
  const rename = db.prepare<[string, number]>('UPDATE repos SET full_name = ? WHERE id = ?')
  const moveRows = Object.keys(keysInRepo).map((table) =>
    db.prepare<[string, string]>(`UPDATE ${table} SET repo = ? WHERE repo = ?`),
  )
  const clear = Object.entries(keysInRepo).map(([table, key]) =>
    db.prepare<{ from: string; to: string }>(
      `DELETE FROM ${table} WHERE repo = :to AND (${key}) IN (SELECT ${key} FROM ${table} WHERE repo = :from)`,
    ),
  )
  const drop = db.prepare<[number]>('DELETE FROM repos WHERE id = ?')
  const setDefaultBranch = db.prepare<[string, number]>('UPDATE repos SET default_branch = ? WHERE id = ?')
  const setHasPulls = db.prepare<[0 | 1, number]>('UPDATE repos SET has_pulls = ? WHERE id = ?')
  const saw = db.prepare<{ id: number; updatedAt: string | null; openPulls: number }>(
    `UPDATE repos SET count_off = ${countOff(':openPulls', 'full_name')},
      updated_at = max(updated_at, coalesce(:updatedAt, updated_at)) WHERE id = :id`,
  )

  return {
    ...foundRepos(db),
    ...followedRepos(db),
    /** What the listing says; what is held of the repository stays. Names must be free: see `rename`. */
    upsert: (row: ListedRepo) => upsert.run(row),
    /** The repository and all rows that name it, under its new name; what is left there of one that is gone makes room. */
    rename: (id: number, from: string, to: string) => {
      rename.run(to, id)
      for (const make of clear) make.run({ from, to })
      for (const move of moveRows) move.run(to, from)
    },
    drop: (id: number) => drop.run(id),
    setDefaultBranch: (id: number, name: string) => setDefaultBranch.run(name, id),
    setHasPulls: (id: number, has: 0 | 1) => setHasPulls.run(has, id),
    /** How it was shown: an earlier time of its last change after that tells that Gitea's time went back. */
    saw: ({ id, updatedAt, openPulls }: { id: number; updatedAt: string | null; openPulls: number }) =>
      saw.run({ id, updatedAt, openPulls }),
  }
}

function foundRepos(db: Database) {
  const all = db.prepare<[], RepoRow>('SELECT * FROM repos ORDER BY id')
  const byId = db.prepare<[number], RepoRow>('SELECT * FROM repos WHERE id = ?')
  const meta = db.prepare<[], RepoRow>('SELECT * FROM repos WHERE is_meta')
  const byName = db.prepare<{ name: string }, RepoRow>(`
    SELECT r.* FROM repos AS r WHERE r.full_name = :name
    UNION ALL SELECT r.* FROM repos AS r JOIN repo_names AS n ON n.repo_id = r.id WHERE n.name = :name`)
  const leads = db.prepare<[string, number | null]>(
    'INSERT INTO repo_names (name, repo_id) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET repo_id = excluded.repo_id',
  )
  const asked = db.prepare<{ name: string }, 1>(
    'SELECT 1 FROM repos WHERE full_name = :name UNION ALL SELECT 1 FROM repo_names WHERE name = :name',
  )
  return {
    all: () => all.all(),
    byId: (id: number): RepoRow | null => byId.get(id) ?? null,
    /** The meta repository; null before the first listing. */
    meta: (): RepoRow | null => meta.get() ?? null,
    /** The repository of that name, or the one an old name leads to; a new repository under an old name wins. */
    byName: (name: string): RepoRow | null => byName.get({ name }) ?? null,
    /** Where Gitea redirects a name that entries write; null: nowhere. */
    lead: (name: string, id: number | null) => leads.run(name, id),
    /** Whether it is known where a name leads, or that it leads nowhere. */
    isAsked: (name: string): boolean => asked.get({ name }) !== undefined,
  }
}

/** What is held of a repository, and for whom. */
function followedRepos(db: Database) {
  const follow = db.prepare<[string | null, number]>('UPDATE repos SET rfc_slug = ? WHERE id = ?')
  const letGo = db.prepare<[number]>(
    'UPDATE repos SET rfc_slug = NULL, tip = NULL, tip_at = NULL, document_body = NULL, document_sha = NULL, dates_held = 0, pulls_since = NULL WHERE id = ?',
  )
  const hold = db.prepare<Pick<RepoRow, 'id' | 'tip' | 'tip_at' | 'document_body' | 'document_sha'>>(
    'UPDATE repos SET tip = :tip, tip_at = :tip_at, document_body = :document_body, document_sha = :document_sha WHERE id = :id',
  )
  const setTip = db.prepare<[string | null, string | null, number]>('UPDATE repos SET tip = ?, tip_at = ? WHERE id = ?')
  const holdDates = db.prepare<[number]>('UPDATE repos SET dates_held = 1 WHERE id = ?')
  const readPulls = db.prepare<{ id: number; since: string | null; more: number }>(/* sql */ `
    UPDATE repos SET pulls_since = :since,
      count_off = iif(abs(count_off - :more) < abs(count_off), count_off - :more, count_off) WHERE id = :id`)
  return {
    follow: (id: number, slug: string | null) => follow.run(slug, id),
    /** Followed no more: nothing of it is held. */
    letGo: (id: number) => letGo.run(id),
    hold: (held: Pick<RepoRow, 'id' | 'tip' | 'tip_at' | 'document_body' | 'document_sha'>) => hold.run(held),
    setTip: (id: number, tip: string | null, at: string | null) => setTip.run(tip, at, id),
    holdDates: (id: number) => holdDates.run(id),
    /** Its pulls were read, up to that watermark, and so many more are open than were: what that explains, Gitea's count is off no more. */
    readPulls: (id: number, since: string | null, more: number) => readPulls.run({ id, since, more }),
  }
}

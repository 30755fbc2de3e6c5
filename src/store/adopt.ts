import type { Database } from 'better-sqlite3'
import { ConfigError } from '../errors.ts'

/** The keys our tables have, as foreign keys of the application may name them: that of cached_branches is another than before. */
const keys: Record<string, string> = { cached_rfcs: 'slug', cached_prs: 'repo,pr_number' }

/**
 * Sets the application's own cached_* tables aside as before_rfcached_<name> and lets `create` make ours in their place. Foreign
 * keys, views and triggers that name them go on naming the same words, and so mean ours from now on. The branches that were
 * `closed` are taken over once ours are filled (see `adoptClosed`).
 */
export function adoptTables(db: Database, tables: string[], create: () => void): void {
  // Both only work outside a transaction; legacy_alter_table keeps other tables' text as it is.
  db.pragma('foreign_keys = OFF')
  db.pragma('legacy_alter_table = ON')
  try {
    db.transaction(() => {
      for (const name of tables) db.exec(`ALTER TABLE ${name} RENAME TO before_rfcached_${name}`)
      create()
      db.prepare(`INSERT INTO settings (name, value) VALUES ('adopt_closed', '1')`).run()
    }).immediate()
  } finally {
    db.pragma('legacy_alter_table = OFF')
    db.pragma('foreign_keys = ON')
  }
}

/** @throws ConfigError when a foreign key, also one of the tables themselves, refers to a key of these tables that ours do not have. */
export function refuseForeignKeys(db: Database, tables: string[]): void {
  const references = db
    .prepare<[], { child: string; parent: string; columns: string | null; count: number }>(/* sql */ `
      SELECT s.name AS child, lower(f."table") AS parent, group_concat(lower(f."to")) AS columns, count(*) AS count
      FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table' GROUP BY s.name, f.id`)
    .all()
  for (const { child, parent, columns, count } of references) {
    const key = keys[parent]
    const fits = columns === null ? count === key?.split(',').length : columns === key
    if (tables.includes(parent) && !fits)
      throw new ConfigError(
        `The table ${child} has a foreign key to a key of ${parent} that rfcached's does not have.`,
        `Drop that foreign key from ${child} first; nothing was changed.`,
      )
  }
}

/** Takes the application's `closed` over, once, after a whole sweep: from the tables set aside, and from a file that broke. Returns how many. */
export function adoptClosed(db: Database): number {
  return db.transaction(() => closeAsBefore(db) + closeSalvaged(db)).immediate()
}

function closeAsBefore(db: Database): number {
  const isDue = db.prepare(`DELETE FROM settings WHERE name = 'adopt_closed'`).run().changes > 0
  const hasOld = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'before_rfcached_cached_branches'`).get()
  if (!isDue || !hasOld) return 0
  return db
    .prepare(
      `UPDATE cached_branches SET state = 'closed' WHERE state = 'open' AND (rfc_slug, branch_name) IN
         (SELECT rfc_slug, branch_name FROM before_rfcached_cached_branches WHERE state = 'closed')`,
    )
    .run().changes
}

/** A branch that was closed, as cached_branches has it. */
export type Closed = [rfcSlug: string, repo: string, branchName: string]

/** Keeps what was closed in a file that broke, for the time when its branches are read again. */
export function keepClosed(db: Database, closed: Closed[]): void {
  if (closed.length > 0)
    db.prepare(`INSERT INTO settings (name, value) VALUES ('salvaged_closed', ?)`).run(JSON.stringify(closed))
}

/** What is kept so, and was not taken over yet. */
export function keptClosed(db: Database): Closed[] {
  return JSON.parse(
    db.prepare<[], string>(`SELECT value FROM settings WHERE name = 'salvaged_closed'`).pluck().get() ?? '[]',
  )
}

/**
 * What the sweep did not find stays kept while its RFC's entry or repository cannot be read. Where both were, it is gone in Gitea: one
 * that is made anew is another branch.
 */
function closeSalvaged(db: Database): number {
  const close = db.prepare<Closed>(
    `UPDATE cached_branches SET state = 'closed' WHERE state = 'open' AND rfc_slug = ? AND repo = ? AND branch_name = ?`,
  )
  const wasRead = db.prepare<[slug: string, repo: string]>(/* sql */ `
    SELECT 1 FROM cached_rfcs AS rfc, repos WHERE slug = ? AND removed_at IS NULL
      AND full_name = ? AND (is_meta OR repos.rfc_slug = slug)`)
  const kept = keptClosed(db)
  const closed = kept.filter((key) => close.run(...key).changes > 0)
  db.prepare(`DELETE FROM settings WHERE name = 'salvaged_closed'`).run()
  keepClosed(
    db,
    kept.filter((key) => !closed.includes(key) && !wasRead.get(key[0], key[1])),
  )
  return closed.length
}

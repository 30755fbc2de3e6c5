import type { Database } from 'better-sqlite3'
import { ConfigError } from '../errors.ts'

/** The keys our tables have, as foreign keys of the application may name them. */
const keys: Record<string, string> = { cached_rfcs: 'slug', cached_prs: 'repo,pr_number' }

/**
 * Sets the application's own cached_* tables aside as before_rfcached_<name> and lets `create` make ours in their place. Foreign
 * keys, views and triggers that name them go on naming the same words, and so mean ours from now on. The branches that were
 * `closed` are taken over once ours are filled (see `adoptClosed`).
 * @throws ConfigError, with nothing changed, when a foreign key refers to a key that ours do not have.
 */
export function adoptTables(db: Database, tables: string[], create: () => void): void {
  refuseForeignKeys(db, tables)
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

function refuseForeignKeys(db: Database, tables: string[]): void {
  const children = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  for (const child of children) {
    if (tables.includes(child.toLowerCase())) continue
    const references = db
      .prepare<[string], { parent: string; columns: string | null }>(
        `SELECT lower("table") AS parent, group_concat(lower("to")) AS columns FROM pragma_foreign_key_list(?) GROUP BY id, "table"`,
      )
      .all(child)
    const bad = references.find(
      ({ parent, columns }) => tables.includes(parent) && columns !== null && columns !== keys[parent],
    )
    if (bad || references.some(({ parent }) => parent === 'cached_branches')) {
      throw new ConfigError(
        `The table ${child} has a foreign key to a key of ${bad?.parent ?? 'cached_branches'} that rfcached's does not have.`,
        `Drop that foreign key from ${child} first; nothing was changed.`,
      )
    }
  }
}

/** Takes the application's `closed` over from the tables set aside, once, after the first whole sweep. Returns how many. */
export function adoptClosed(db: Database): number {
  if (!db.prepare(`SELECT 1 FROM settings WHERE name = 'adopt_closed'`).get()) return 0
  const hasOld = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'before_rfcached_cached_branches'`).get()
  const closed = hasOld
    ? db
        .prepare(
          `UPDATE cached_branches SET state = 'closed' WHERE state = 'open' AND (rfc_slug, branch_name) IN
             (SELECT rfc_slug, branch_name FROM before_rfcached_cached_branches WHERE state = 'closed')`,
        )
        .run().changes
    : 0
  db.prepare(`DELETE FROM settings WHERE name = 'adopt_closed'`).run()
  return closed
}

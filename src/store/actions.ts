import type { Database } from 'better-sqlite3'
import { type ActionColumns, deriveMeaning } from './meaning.ts'

const needed = ['id', 'action_kind', 'rfc_slug', 'pr_number', 'on_behalf_of']

/** The columns of the application's `actions` that matter; null while there is no such table, or none with the columns it must have. */
export function actionColumns(db: Database): ActionColumns | null {
  const isTable = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'actions'`).get()
  const columns = db.prepare<[], string>(`SELECT lower(name) FROM pragma_table_info('actions')`).pluck().all()
  if (!isTable || !needed.every((name) => columns.includes(name))) return null
  return { repo: columns.includes('repo'), createdAt: columns.includes('created_at') }
}

/** Which table `actions` is, in what matters: another one of that name may hold other actions, though it has the same columns. */
export function actionsTold(db: Database, columns: ActionColumns | null): string {
  const page = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'actions'`)
  return JSON.stringify(columns && { ...columns, page: page.pluck().get() })
}

/**
 * Puts triggers on `actions`, made from the columns it has now, so that an action is seen the moment the application writes it,
 * with rfcached running or not. Nothing else in the file mentions the table: the application migrates it as it likes. Returns whether
 * they were not there as they should be: then actions may have been written that nobody saw.
 */
export function watchActions(db: Database, columns: ActionColumns | null): boolean {
  const wanted = columns ? triggers(columns) : new Map<string, string>()
  const present = new Map(
    db
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'rfcached_actions_*'`,
      )
      .all()
      .map(({ name, sql }) => [name, sql]),
  )
  const same = wanted.size === present.size && [...wanted].every(([name, sql]) => present.get(name) === sql)
  if (same) return false
  for (const name of present.keys()) db.exec(`DROP TRIGGER ${name}`)
  for (const sql of wanted.values()) db.exec(sql)
  return true
}

function triggers(columns: ActionColumns): Map<string, string> {
  const derived = (row: 'NEW' | 'OLD') =>
    deriveMeaning(columns, (pull) => `${pull}.rfc_slug = ${row}.rfc_slug AND ${pull}.pr_number = ${row}.pr_number`)
  const concerns = (row: 'NEW' | 'OLD') =>
    `EXISTS (SELECT 1 FROM cached_prs WHERE rfc_slug = ${row}.rfc_slug AND pr_number = ${row}.pr_number)`
  return new Map([
    [
      'rfcached_actions_insert',
      `CREATE TRIGGER rfcached_actions_insert AFTER INSERT ON actions WHEN ${concerns('NEW')} BEGIN ${derived('NEW')}; END`,
    ],
    [
      'rfcached_actions_update',
      `CREATE TRIGGER rfcached_actions_update AFTER UPDATE ON actions WHEN ${concerns('OLD')} OR ${concerns('NEW')} BEGIN ${derived('OLD')}; ${derived('NEW')}; END`,
    ],
    [
      'rfcached_actions_delete',
      `CREATE TRIGGER rfcached_actions_delete AFTER DELETE ON actions WHEN ${concerns('OLD')} BEGIN ${derived('OLD')}; END`,
    ],
  ])
}

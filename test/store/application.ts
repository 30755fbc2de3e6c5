import type { Database } from 'better-sqlite3'

/** The `actions` an application may have; it decides which of the two last columns there are. */
export function createActions(app: Database, { repo = true, createdAt = true } = {}): void {
  app.exec(`CREATE TABLE actions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action_kind TEXT NOT NULL,
    rfc_slug TEXT,
    pr_number INTEGER,
    on_behalf_of TEXT
    ${repo ? ', repo TEXT' : ''}
    ${createdAt ? ', created_at TEXT' : ''})`)
}

/** alice opens the idea 7 of the RFC a, as the application logs it; any column may be told another value. */
export function act(app: Database, other: Record<string, unknown> = {}): void {
  const row = { action_kind: 'propose_rfc', rfc_slug: 'a', pr_number: 7, on_behalf_of: 'alice', ...other }
  const names = Object.keys(row)
  app
    .prepare(`INSERT INTO actions (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`)
    .run(row)
}

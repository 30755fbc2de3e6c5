import type { Database } from 'better-sqlite3'

export type Setting =
  | 'owner_id'
  | 'warnings'
  | 'probe_since'
  | 'missed_webhooks'
  | 'last_complete'
  | 'full_owed'
  | 'entries_moving'
  | 'dates_tried'
  | 'gitea_version'
  | 'derived_from'
  | 'set_aside'

/** Single values that outlive a run. */
export function settingsTable(db: Database) {
  const get = db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck()
  const set = db.prepare<[string, string]>(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const drop = db.prepare<[string]>('DELETE FROM settings WHERE name = ?')
  return {
    get: (name: Setting): string | null => get.get(name) ?? null,
    set: (name: Setting, value: string | number) => set.run(name, String(value)),
    drop: (name: Setting) => drop.run(name),
  }
}

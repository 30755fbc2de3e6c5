import type { Database } from 'better-sqlite3'

/** An accepted webhook delivery and the targets it asked for. */
export type DeliveryRow = {
  id: string
  received_at: number
  event: string
  action: string | null
  repo: string | null
  targets: string
}

/** The inbox. */
export function deliveriesTable(db: Database) {
  const insert = db.prepare<DeliveryRow>(/* sql */ `
    INSERT INTO deliveries (id, received_at, event, action, repo, targets) VALUES (:id, :received_at, :event, :action, :repo, :targets)
    ON CONFLICT (id) DO NOTHING`)
  const since = db.prepare<[number], DeliveryRow>(
    'SELECT * FROM deliveries WHERE received_at >= ? ORDER BY received_at, rowid',
  )
  const totals = db.prepare<[], { accepted: number; last: number | null }>(
    // Apart, each is answered by the index alone.
    'SELECT (SELECT count(*) FROM deliveries) AS accepted, (SELECT max(received_at) FROM deliveries) AS last',
  )
  const prune = db.prepare<[number, number]>(
    'DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE received_at < ? LIMIT ?)',
  )
  return {
    /** Whether it is new: an id seen before changes nothing. */
    insert: (delivery: DeliveryRow): boolean => insert.run(delivery).changes > 0,
    /** Those received at or after that time (ms since 1970), oldest first. */
    since: (at: number) => since.all(at),
    /** How many are kept, and when the last came (ms since 1970). */
    totals: () => totals.get() ?? { accepted: 0, last: null },
    /** Forgets up to `most` of those received before that time; returns how many. */
    prune: (before: number, most: number) => prune.run(before, most).changes,
  }
}

import type { Database } from 'better-sqlite3'

/** So many pulls are derived in a few milliseconds; those who wait for the file do not wait for more: the backfill does them. */
export const fewToDerive = 500

/** Every backfill there is, in the order they are run, and whether a file where it is not known yet is in need of it. */
const known = {
  'search-index': 'EXISTS (SELECT 1 FROM cached_rfcs)', // a new file fills its index by its triggers
  'derive-pulls': `(SELECT count(*) FROM cached_prs) > ${fewToDerive}`,
  'entry-dates': '0', // asked for by what finds that a date is due
}
export type BackfillName = keyof typeof known

type BackfillStatus = 'pending' | 'running' | 'completed' | 'failed'

/** Where a backfill is: all up to `after_key` is done, `last_key` is the highest key there was when it began; null: not begun. */
export type BackfillRow = {
  name: string
  status: BackfillStatus
  after_key: number
  last_key: number | null
  done: number
  total: number
  error_message: string | null
  job_id: number | null
  updated_at: string
}

/** Migrations of many rows, done in chunks beside the work; times are RFC 3339 in UTC. All writes belong into a transaction. */
export function backfillsTable(db: Database) {
  // One that says it runs, while its job has ended, was stopped or killed: it waits to go on, and its job says why.
  const isLeft = `(b.status = 'running' AND b.job_id IS NOT NULL AND j.status IS NOT 'running')`
  const seen = `SELECT b.name, b.after_key, b.last_key, b.done, b.total, b.job_id, b.updated_at,
      iif(${isLeft}, 'pending', b.status) AS status, iif(${isLeft}, j.error_message, b.error_message) AS error_message
    FROM backfills AS b LEFT JOIN jobs AS j ON j.id = b.job_id`
  const byName = db.prepare<[string], BackfillRow>(`${seen} WHERE b.name = ?`)
  const all = db.prepare<[], BackfillRow>(`${seen} ORDER BY b.rowid`)
  return {
    byName: (name: string): BackfillRow | null => byName.get(name) ?? null,
    /** In the order in which they are run. */
    all: () => all.all(),
    ...changes(db),
  }
}

/** Has a backfill begin again from the first row, also one that runs now, once it has ended. For the caller's transaction. */
export function oweBackfill(db: Database, name: BackfillName): void {
  db.prepare<[string]>(/* sql */ `
    UPDATE backfills SET status = 'pending', after_key = 0, last_key = NULL, done = 0, total = 0, error_message = NULL, job_id = NULL
    WHERE name = ?`).run(name)
}

function changes(db: Database) {
  const registers = Object.entries(known).map(([name, isOwed]) =>
    db.prepare<[string]>(/* sql */ `
      INSERT INTO backfills (name, status, updated_at) VALUES ('${name}', iif(${isOwed}, 'pending', 'completed'), ?)
      ON CONFLICT (name) DO NOTHING`),
  )
  const restart = db.prepare<{ name: string; last: number | null; total: number }>(/* sql */ `
    UPDATE backfills SET after_key = 0, done = 0, last_key = :last, total = :total
    WHERE name = :name AND (last_key IS NULL OR status = 'completed')`)
  const run = db.prepare<{ name: string; now: string }>(/* sql */ `
    UPDATE backfills SET status = 'running', error_message = NULL, updated_at = :now, job_id = (
      SELECT id FROM jobs WHERE status = 'running' ORDER BY kind = 'backfill:' || :name DESC, id DESC LIMIT 1)
    WHERE name = :name`)
  // One that came to be owed again meanwhile has its new beginning kept, and is not complete.
  const advance = db.prepare<{ name: string; after: number; rows: number; now: string }>(/* sql */ `
    UPDATE backfills SET after_key = :after, done = done + :rows, updated_at = :now WHERE name = :name AND status = 'running'`)
  const complete = db.prepare<{ name: string; message: string | null; now: string }>(/* sql */ `
    UPDATE backfills SET status = 'completed', error_message = :message, updated_at = :now WHERE name = :name AND status = 'running'`)
  const end = db.prepare<{ name: string; status: BackfillStatus; message: string | null; now: string }>(
    'UPDATE backfills SET status = :status, error_message = :message, updated_at = :now WHERE name = :name',
  )
  return {
    /** Makes them known to this file; those that are known stay where they are. */
    register: (now: string) => {
      for (const one of registers) one.run(now)
    },
    /** Runs from now on: from its cursor, or from the first row up to that last one when it never began or was complete. */
    begin: (name: string, { last, total }: { last: number | null; total: number }, now: string) => {
      restart.run({ name, last, total })
      run.run({ name, now })
    },
    /** So many rows more are done, up to that key. */
    advance: (name: string, after: number, rows: number, now: string) => advance.run({ name, after, rows, now }),
    complete: (name: string, now: string, message: string | null = null) => complete.run({ name, message, now }),
    /** It is tried again by itself, and waits for that. */
    wait: (name: string, message: string, now: string) => end.run({ name, status: 'pending', message, now }),
    /** It goes on from its cursor when it is asked for again. */
    fail: (name: string, message: string, now: string) => end.run({ name, status: 'failed', message, now }),
  }
}

import type { Database } from 'better-sqlite3'

export type JobStatus = 'pending' | 'running' | 'completed' | 'failed' | 'completed_with_warnings'
export type JobRow = {
  id: number
  kind: string
  status: JobStatus
  triggered_by: string
  created_at: string
  started_at: string | null
  completed_at: string | null
  error_message: string | null
  done: number
  total: number
  phase: string | null
  result: string
}

/** The history of runs, and the runs that are asked for; times are RFC 3339 in UTC. */
export function jobsTable(db: Database) {
  const active = db
    .prepare<[string], number>(
      `SELECT id FROM jobs WHERE kind = ? AND status IN ('pending', 'running') ORDER BY id LIMIT 1`,
    )
    .pluck()
  const insert = db.prepare<[string, string, string]>(
    `INSERT INTO jobs (kind, status, triggered_by, created_at) VALUES (?, 'pending', ?, ?)`,
  )
  const next = db.prepare<[], JobRow>(`SELECT * FROM jobs WHERE status = 'pending' ORDER BY id LIMIT 1`)
  const byId = db.prepare<[number], JobRow>('SELECT * FROM jobs WHERE id = ?')
  const start = db.prepare<[string, number]>(
    `UPDATE jobs SET status = 'running', started_at = ? WHERE id = ? AND status = 'pending'`,
  )
  const finish = db.prepare<[JobStatus, string, string | null, string, number]>(
    `UPDATE jobs SET status = ?, completed_at = ?, error_message = ?, result = ? WHERE id = ? AND status = 'running'`,
  )
  const progress = db.prepare<[string, number, number, number]>(
    'UPDATE jobs SET phase = ?, done = ?, total = ? WHERE id = ?',
  )
  const interrupt = db.prepare<[string], Pick<JobRow, 'kind' | 'triggered_by'>>(/* sql */ `
    UPDATE jobs SET status = 'failed', completed_at = ?, error_message = 'interrupted' WHERE status = 'running'
    RETURNING kind, triggered_by`)
  const lastError = db
    .prepare<[], string | null>(`SELECT error_message FROM jobs WHERE status = 'failed' ORDER BY id DESC LIMIT 1`)
    .pluck()
  const prune = db.prepare<[number, number]>(/* sql */ `
    DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE status NOT IN ('pending', 'running')
      AND id <= (SELECT id FROM jobs ORDER BY id DESC LIMIT 1 OFFSET ?) LIMIT ?)`)
  const request = (kind: string, triggeredBy: string, now: string): { id: number; coalesced: boolean } => {
    const there = active.get(kind)
    if (there !== undefined) return { id: there, coalesced: true }
    return { id: Number(insert.run(kind, triggeredBy, now).lastInsertRowid), coalesced: false }
  }
  return {
    /** A pending run of that kind; the one that waits or runs already is given back instead (`coalesced`). */
    request,
    nextPending: (): JobRow | null => next.get() ?? null,
    byId: (id: number): JobRow | null => byId.get(id) ?? null,
    /** Whether it is ours now: another may have started it. */
    start: (id: number, now: string): boolean => start.run(now, id).changes > 0,
    /** Ends a run; one that was taken over in between keeps the end it has. */
    finish: (id: number, status: JobStatus, now: string, error: string | null, result: object) =>
      finish.run(status, now, error, JSON.stringify(result), id),
    progress: (id: number, phase: string, done: number, total: number) => progress.run(phase, done, total, id),
    /** Fails the runs that a crash left running, and asks for each of them again. */
    interruptRunning: (now: string) => {
      for (const { kind, triggered_by } of interrupt.all(now)) request(kind, triggered_by, now)
    },
    /** Why the last run that failed did; null when none has. */
    lastError: (): string | null => lastError.get() ?? null,
    /** Forgets up to `most` ended runs older than the newest `keep`; returns how many. */
    prune: (keep: number, most: number) => prune.run(keep, most).changes,
  }
}

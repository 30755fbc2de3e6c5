import type { Database } from 'better-sqlite3'

export type JobStatus = 'pending' | 'running' | 'completed' | 'failed' | 'completed_with_warnings'

/** The history of runs; times are RFC 3339 in UTC. */
export function jobsTable(db: Database) {
  const start = db.prepare<[string, string, string, string]>(
    `INSERT INTO jobs (kind, status, triggered_by, created_at, started_at) VALUES (?, 'running', ?, ?, ?)`,
  )
  const finish = db.prepare<[JobStatus, string, string | null, string, number]>(
    `UPDATE jobs SET status = ?, completed_at = ?, error_message = ?, counts = ? WHERE id = ? AND status = 'running'`,
  )
  const progress = db.prepare<[number, number, number]>(`UPDATE jobs SET done = ?, total = ? WHERE id = ?`)
  const interrupt = db.prepare<[string]>(
    `UPDATE jobs SET status = 'failed', completed_at = ?, error_message = 'interrupted' WHERE status = 'running'`,
  )
  return {
    start: (kind: string, triggeredBy: string, now: string): number =>
      Number(start.run(kind, triggeredBy, now, now).lastInsertRowid),
    finish: (id: number, status: JobStatus, now: string, error: string | null, counts: object) =>
      finish.run(status, now, error, JSON.stringify(counts), id),
    progress: (id: number, done: number, total: number) => progress.run(done, total, id),
    /** Runs that a crash left running. */
    interruptRunning: (now: string) => interrupt.run(now),
  }
}

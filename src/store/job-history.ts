import type { Database } from 'better-sqlite3'
import type { JobRow } from './jobs.ts'

/** What a run that ended well brought, and when: RFC 3339 in UTC. */
type EndedWell = Pick<JobRow, 'completed_at' | 'result'>

/** What the runs tell about how we are doing. */
export function jobHistory(db: Database) {
  const active = db.prepare<[], JobRow>(`SELECT * FROM jobs WHERE status IN ('pending', 'running') ORDER BY id`)
  const recent = db.prepare<[number], JobRow>(
    `SELECT * FROM jobs WHERE status NOT IN ('pending', 'running') ORDER BY id DESC LIMIT ?`,
  )
  const lastWell = db.prepare<[string], EndedWell>(/* sql */ `
    SELECT completed_at, result FROM jobs
    WHERE kind IN (SELECT value FROM json_each(?)) AND status IN ('completed', 'completed_with_warnings')
    ORDER BY completed_at DESC, id DESC LIMIT 1`)
  return {
    /** Those that run or wait, oldest first. */
    active: () => active.all(),
    /** The newest of those that ended, newest first. */
    recent: (most: number) => recent.all(most),
    /** The run of these kinds that ended well last. */
    lastWell: (...kinds: string[]): EndedWell | null => lastWell.get(JSON.stringify(kinds)) ?? null,
  }
}

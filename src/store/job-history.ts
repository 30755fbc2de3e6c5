import type { Database } from 'better-sqlite3'
import type { JobRow } from './jobs.ts'

/** What a sweep of some kind came to: `completed_at` in RFC 3339, UTC. */
export type Ended = Pick<JobRow, 'id' | 'kind' | 'status' | 'completed_at' | 'error_message' | 'result'>

const ended = `status NOT IN ('pending', 'running')`
const endedWell = `status IN ('completed', 'completed_with_warnings')`

/** What the runs tell about how we are doing. */
export function jobHistory(db: Database) {
  const active = db.prepare<[], JobRow>(`SELECT * FROM jobs WHERE status IN ('pending', 'running') ORDER BY id`)
  const recent = db.prepare<[number], JobRow>(`SELECT * FROM jobs WHERE ${ended} ORDER BY id DESC LIMIT ?`)
  const last = (isWanted: string) =>
    db.prepare<[string], Ended>(/* sql */ `
      SELECT id, kind, status, completed_at, error_message, result FROM jobs
      WHERE kind IN (SELECT value FROM json_each(?)) AND ${isWanted} ORDER BY completed_at DESC, id DESC LIMIT 1`)
  const [lastEnded, lastWell] = [last(ended), last(endedWell)]
  return {
    /** Those that run or wait, oldest first. */
    active: () => active.all(),
    /** The newest of those that ended, newest first. */
    recent: (most: number) => recent.all(most),
    /** The run of these kinds that ended last, however it ended. */
    lastEnded: (...kinds: string[]): Ended | null => lastEnded.get(JSON.stringify(kinds)) ?? null,
    /** The run of these kinds that ended well last. */
    lastWell: (...kinds: string[]): Ended | null => lastWell.get(JSON.stringify(kinds)) ?? null,
  }
}

import type { Database } from 'better-sqlite3'

/** A target that failed and waits for its next try; times are milliseconds since 1970. */
export type FailingTarget = { target: string; lane: string; failures: number; last_error: string; not_before: number }

/**
 * The targets of one lane together: how many fail, are under way, and are due; when what it stands for was last read whole
 * (null: never).
 */
export type Lane = { lane: string; failing: number; under_way: number; due: number; read_at: number | null }

/** What the queue tells about how we are doing. */
export function queuePicture(db: Database) {
  const totals = db.prepare<{ now: number }, { depth: number; under_way: number; oldest: number | null }>(/* sql */ `
    SELECT count(due_at) AS depth, count(started_at) AS under_way,
      min(due_at) FILTER (WHERE due_at <= :now AND started_at IS NULL) AS oldest FROM targets`)
  const failing = db.prepare<[], FailingTarget>(
    'SELECT target, lane, failures, last_error, not_before FROM targets WHERE failures > 0 ORDER BY failures DESC, target',
  )
  // One pull alone says nothing of the repository that it is in.
  const lanes = db.prepare<{ now: number }, Lane>(/* sql */ `
    SELECT lane, count(*) FILTER (WHERE failures > 0) AS failing, count(started_at) AS under_way,
      count(*) FILTER (WHERE due_at <= :now) AS due,
      max(refreshed_at) FILTER (WHERE target NOT LIKE 'pull/%' AND target NOT LIKE 'meta-pull/%') AS read_at
    FROM targets GROUP BY lane`)
  return {
    /** How many are asked for, how many are under way, and since when the one that has been due for longest waits. */
    totals: (now: number) => totals.get({ now }) ?? { depth: 0, under_way: 0, oldest: null },
    failing: () => failing.all(),
    lanes: (now: number): Map<string, Lane> => new Map(lanes.all({ now }).map((lane) => [lane.lane, lane])),
  }
}

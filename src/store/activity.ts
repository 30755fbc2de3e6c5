import type { Database } from 'better-sqlite3'

/** What is counted by quarters of an hour: see schema.sql. */
export type Activity = { refreshes: number; failures: number; deliveries: number; refused: number; missed: number }
export type Quarter = Activity & { at: number }

const quarterMs = 15 * 60_000
const quartersADay = 96
const none: Activity = { refreshes: 0, failures: 0, deliveries: 0, refused: 0, missed: 0 }

/** What was done of late, for the picture of the last day; times are milliseconds since 1970. */
export function activityTable(db: Database) {
  const add = db.prepare<Quarter>(/* sql */ `
    INSERT INTO activity (quarter, refreshes, failures, deliveries, refused, missed)
    VALUES (:at, :refreshes, :failures, :deliveries, :refused, :missed)
    ON CONFLICT (quarter) DO UPDATE SET refreshes = refreshes + excluded.refreshes, failures = failures + excluded.failures,
      deliveries = deliveries + excluded.deliveries, refused = refused + excluded.refused, missed = missed + excluded.missed`)
  const since = db.prepare<[number], Quarter>(
    'SELECT quarter AS at, refreshes, failures, deliveries, refused, missed FROM activity WHERE quarter >= ?',
  )
  const prune = db.prepare<[number, number]>(
    'DELETE FROM activity WHERE quarter IN (SELECT quarter FROM activity WHERE quarter < ? LIMIT ?)',
  )
  return {
    /** Counts what was done at that time; to be called in the transaction that did it. */
    add: (now: number, done: Partial<Activity>) => add.run({ ...none, ...done, at: quarterOf(now) }),
    /** The 96 quarters of an hour that end with the present one, oldest first; those in which nothing was done are there too. */
    day: (now: number): Quarter[] => {
      const first = quarterOf(now) - (quartersADay - 1) * quarterMs
      const found = new Map(since.all(first).map((quarter) => [quarter.at, quarter]))
      const starts = Array.from({ length: quartersADay }, (_, index) => first + index * quarterMs)
      return starts.map((at) => found.get(at) ?? { ...none, at })
    },
    /** Forgets up to `most` of the quarters that began before that time; returns how many. */
    prune: (before: number, most: number) => prune.run(before, most).changes,
  }
}

function quarterOf(now: number): number {
  return Math.floor(now / quarterMs) * quarterMs
}

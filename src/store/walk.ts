import type { Database } from 'better-sqlite3'

/** The rows of a table in the order of their keys, and what is to be done for each: what a backfill goes through. */
export type Walk = {
  /** The highest key there is now (null: there are no rows), and how many rows there are. */
  span: () => { last: number | null; total: number }
  /** Up to `most` keys after the one and up to the other, ascending. */
  keys: (after: number, last: number, most: number) => number[]
  /** Does the rows after the one key and up to the other, and leaves those alone that need nothing. To be called in a transaction. */
  fill: (after: number, upTo: number) => void
  /** How many rows are done at once: no more than take a few milliseconds. */
  atOnce: number
  /** Where each transaction of `fill` leaves a piece of an index. */
  merging?: Merging
}

/** Of the pieces of an index. All to be called in a transaction. */
export type Merging = {
  /** Only steps merge from now on, whoever writes; this outlives the process. */
  byHand: () => void
  /** A millisecond's work, or longer for a word of very many rows; false: there was nothing to do. */
  step: () => boolean
  /** The index merges by itself again, in the commits of whoever writes. */
  byItself: () => void
}

/**
 * A walk over a table by rowid. VACUUM keeps the rowids of our tables, all of which have an index, and a cursor with them;
 * what must last longer than a run is not numbered by them.
 */
export function walkOf(db: Database, table: string, rows: Pick<Walk, 'fill' | 'atOnce' | 'merging'>): Walk {
  const span = db.prepare<[], { last: number | null; total: number }>(
    `SELECT max(rowid) AS last, count(*) AS total FROM ${table}`,
  )
  const keys = db
    .prepare<[number, number, number], number>(
      `SELECT rowid FROM ${table} WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?`,
    )
    .pluck()
  return {
    span: () => span.get() ?? { last: null, total: 0 },
    keys: (after, last, most) => keys.all(after, last, most),
    ...rows,
  }
}

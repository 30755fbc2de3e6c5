import Sqlite, { type Database } from 'better-sqlite3'

/** How long a statement waits for another process, in milliseconds. */
export const busyMs = 10_000
const tries = 250
const pauseMs = 20

/** Turns the write-ahead log on, tried for five seconds: for who reads SQLite would wait in each try, and for who writes in none. */
export function logAhead(db: Database): void {
  db.pragma('busy_timeout = 0')
  for (let left = tries; ; left--) {
    try {
      db.pragma('journal_mode = WAL')
      break
    } catch (error) {
      if (left === 0 || !(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
  db.pragma(`busy_timeout = ${busyMs}`)
}

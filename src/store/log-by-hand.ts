import type { Database } from 'better-sqlite3'

/** SQLite's own measure. */
const longPages = 1000

/** The write-ahead log while commits leave it alone; disposing of it hands the log back to SQLite. */
export type LogByHand = Disposable & {
  /** Brings a long log into the file, as SQLite would have done; no writer is kept waiting meanwhile. Not to be called in a transaction. */
  copyIfLong: () => void
}

/**
 * SQLite copies a long log into the file, and syncs it, within the call that commits, after it has given the lock back: a write would
 * seem to keep others waiting for much longer than it does.
 */
export function logByHand(db: Database): LogByHand {
  const look = db.prepare<[], { log: number }>('PRAGMA wal_checkpoint(NOOP)')
  db.pragma('wal_autocheckpoint = 0')
  return {
    copyIfLong: () => {
      if ((look.get()?.log ?? 0) >= longPages) db.pragma('wal_checkpoint(PASSIVE)')
    },
    [Symbol.dispose]: () => db.pragma(`wal_autocheckpoint = ${longPages}`),
  }
}

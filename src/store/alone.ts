import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { TransientError } from '../errors.ts'

/** Longer than it takes to look at all of a large file and to bring over what is in it. */
const waitMs = 600_000

/**
 * Does what only one process may do with a file at a time; the others wait. The lock is SQLite's, on an empty file beside it: a
 * kill lets go of it.
 * @throws TransientError when another does not come to its end in ten minutes.
 */
export function alone<T>(file: string, act: () => T): T {
  for (;;) {
    const done = tried(`${file}-mending`, file, act)
    if (done !== null) return done.result
  }
}

/** Null: whoever had the lock took it away with it, and it must be made anew. */
function tried<T>(lock: string, file: string, act: () => T): { result: T } | null {
  const handle = openSync(lock, 'a', 0o666)
  const db = new Sqlite(lock, { timeout: waitMs })
  try {
    take(db, file)
    // As long as it is held open nothing else gets its number: with the same one now, it is the one that is locked.
    if (statSync(lock, { throwIfNoEntry: false })?.ino !== fstatSync(handle).ino) return null
    try {
      return { result: act() }
    } finally {
      rmSync(lock, { force: true })
    }
  } finally {
    db.close()
    closeSync(handle) // after it: to close one handle of a file gives up all of the process's locks on it
  }
}

function take(db: Database, file: string): void {
  try {
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // so that nothing is written beside it
  } catch (cause) {
    if (!(cause instanceof Sqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY'))) throw cause
    const message = `Another process has looked at the database ${file}, or mended it, for ${waitMs / 60_000} minutes.`
    throw new TransientError(`${message} Start rfcached again when that has ended.`, { cause })
  }
}

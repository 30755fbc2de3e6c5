import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { LeaseLost } from '../errors.ts'
import { utcOf } from '../rules/time.ts'
import { activityTable } from './activity.ts'
import { adoptClosed } from './adopt.ts'
import { backfillsTable } from './backfills.ts'
import { branchesTable } from './branches.ts'
import { changesTable } from './changes.ts'
import { deliveriesTable } from './deliveries.ts'
import { type Derive, deriver } from './derive.ts'
import { entryFilesTable } from './entry-files.ts'
import { jobsTable } from './jobs.ts'
import { leaseTable } from './lease.ts'
import { logByHand } from './log-by-hand.ts'
import { type OpenOptions, openDatabase } from './open.ts'
import { pictureOf } from './picture.ts'
import { pullsTable } from './pulls.ts'
import { writeRefused } from './refused.ts'
import { reposTable } from './repos.ts'
import { rfcsTable } from './rfcs.ts'
import { emptySearch, searchWalk } from './search.ts'
import { settingsTable } from './settings.ts'
import { targetsTable } from './targets.ts'

export type Store = ReturnType<typeof openStore>

/** The whole inside: a file of tables, each behind its own noun, every statement prepared before the first is used. */
export function openStore(file: string, options: OpenOptions) {
  const db = openDatabase(file, options)
  try {
    return storeOf(db, file, options.now)
  } catch (error) {
    db.close()
    throw error
  }
}

function storeOf(db: Database, file: string, now: () => number) {
  const derive = deriver(db)
  const lease = leaseTable(db)
  const number = numberOf(file)
  let fencedFor: string | null = null
  const inTransaction = db.transaction((write: () => unknown) => {
    if (fencedFor !== null && !lease.isHeldBy(fencedFor)) throw new LeaseLost()
    derive.keepUp()
    return write()
  })
  const store = {
    /** The path of the file. */
    file,
    ...tablesOf(db, file, derive, lease),
    deriveAll: derive.all,
    adoptClosed: () => adoptClosed(db),
    /** One short write, seen whole or not at all. Nothing may be awaited in it. @throws LeaseLost when fenced and taken over */
    transaction: (write: () => void): void => {
      try {
        inTransaction.immediate(write)
      } catch (error) {
        derive.lookAgain()
        throw writeRefused(error)
      }
    },
    /** A write that needs no lease, because it only asks: what a webhook says is kept by whoever hears it. */
    receive: <T>(write: () => T): T => mapped(() => db.transaction(write).immediate()),
    /** How long a write waits for another process's; nothing else happens in this process meanwhile. */
    waitAtMost: (ms: number) => db.pragma(`busy_timeout = ${ms}`),
    /** From now on every write holds that this process still has the lease. */
    fence: (name: string | null) => {
      fencedFor = name
    },
    isFencedFor: (name: string): boolean => fencedFor === name,
    /** Forgets what spares reading: the next whole sweep reads everything again, while readers keep the rows. */
    forget: () => store.transaction(() => forget(db)),
    /** The same, and empties the full-text index, which may hold something else than the rows; its backfill fills it again. */
    distrust: () =>
      store.transaction(() => {
        forget(db)
        emptySearch(db)
      }),
    /** Begins the write-ahead log anew, where no reader stands in the way. */
    emptyLog: () => db.pragma('wal_checkpoint(TRUNCATE)'),
    /** For many writes whose length matters: until it is disposed of, commits leave the write-ahead log alone. */
    logByHand: () => logByHand(db),
    /** Whether the path leads to another file now than when this one was opened, or to none. */
    isMoved: (): boolean => numberOf(file) !== number,
    /** A copy of the file, complete and consistent, for looking at what would change. */
    copyTo: async (path: string) => {
      await db.backup(path)
    },
    [Symbol.dispose]: () => db.close(),
  }
  store.transaction(() => store.backfills.register(utcOf(now())))
  return store
}

/** Each table behind its noun, and what is told of them all. */
function tablesOf(db: Database, file: string, derive: Derive, lease: ReturnType<typeof leaseTable>) {
  return {
    rfcs: rfcsTable(db),
    branches: branchesTable(db),
    pulls: pullsTable(db, derive),
    repos: reposTable(db),
    entryFiles: entryFilesTable(db),
    targets: targetsTable(db),
    jobs: jobsTable(db),
    deliveries: deliveriesTable(db),
    activity: activityTable(db),
    lease: { ...lease, acquire: (name: string, now: number) => mapped(() => lease.acquire(name, now)) },
    changes: changesTable(db),
    settings: settingsTable(db),
    /** What it tells about how we are doing. */
    picture: pictureOf(db, file),
    backfills: backfillsTable(db),
    /** What backfills go through, by their names. */
    walks: { 'search-index': searchWalk(db), 'derive-pulls': derive.walk },
  }
}

/** Which file a path leads to. */
function numberOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null
}

function mapped<T>(write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw writeRefused(error)
  }
}

function forget(db: Database): void {
  db.exec(`UPDATE repos SET tip = NULL, dates_held = 0, pulls_since = NULL;
    UPDATE entry_files SET blob = '', date_due = 1, last_commit = NULL;
    DELETE FROM repo_names WHERE repo_id IS NULL`)
}

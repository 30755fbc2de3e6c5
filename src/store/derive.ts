import type { Database } from 'better-sqlite3'
import { actionColumns, actionsTold, watchActions } from './actions.ts'
import { fewToDerive, oweBackfill } from './backfills.ts'
import { type ActionColumns, deriveMeaning } from './meaning.ts'
import { settingsTable } from './settings.ts'
import { walkOf } from './walk.ts'

export type Derive = ReturnType<typeof deriver>

/**
 * Pulls of some RFCs in a repository. The `+` has SQLite find them by their RFC, also for many: by repository it would look through
 * all actions, which may have no index, for each pull there is.
 */
export const ofRfcs = (pull: string): string =>
  `+${pull}.repo = :repo AND ${pull}.rfc_slug IN (SELECT value FROM json_each(:slugs))`

/** Sets what pulls mean, with the `actions` table as the application has it at this moment. */
export function deriver(db: Database) {
  let schemaSeen: unknown = null
  let isLookedAt = false
  let columns: ActionColumns | null = null
  let made: ReturnType<typeof prepared> | null = null
  const statements = () => {
    made ??= prepared(db, columns)
    return made
  }
  const settings = settingsTable(db)
  const schemaVersion = db.prepare<[], number>('PRAGMA schema_version').pluck()
  const count = db.prepare<[], number>('SELECT count(*) FROM cached_prs').pluck()

  const areMany = () => (count.get() ?? 0) > fewToDerive
  const all = (): void => {
    if (areMany()) oweBackfill(db, 'derive-pulls')
    else statements().all.run()
  }
  return {
    /**
     * To be called first in each write transaction: when the file's schema moved, also while nobody had it open, the triggers on
     * `actions` are made for the columns that are there. Everything is derived again when they were not there as they should be, or
     * the table is another than last time; else they missed nothing, and a row that somebody tampered with stays for a verify to find.
     */
    keepUp: () => {
      isLookedAt = schemaVersion.get() !== schemaSeen
      if (!isLookedAt) return
      columns = actionColumns(db)
      made = null
      const isMissed = watchActions(db, columns)
      schemaSeen = schemaVersion.get()
      const told = actionsTold(db, columns)
      if (!isMissed && settings.get('derived_from') === told) return
      all()
      settings.set('derived_from', told)
    },
    /** A write failed, and with it what keepUp may have done in it. */
    lookAgain: () => {
      if (isLookedAt) schemaSeen = null
    },
    /**
     * Every pull: when the names or the following of repositories changed, which decides what an action's `repo` says. Of many
     * the backfill comes to be owed: a pull means for a while what it meant, each row by itself, and no other row follows from that.
     */
    all,
    /** The same in whatever pieces: what one means follows from what Gitea said of others, not from what they mean. */
    walk: walkOf(db, 'cached_prs', {
      fill: (after, upTo) => statements().range.run({ after, upTo }),
      // Each step looks through all of `actions`, which may have no index.
      atOnce: 500,
    }),
    /** The pulls of these RFCs in a repository. */
    groups: (repo: string, slugs: Iterable<string>) => {
      const those = [...slugs]
      if (those.length > 0) statements().groups.run({ repo, slugs: JSON.stringify(those) })
    },
  }
}

function prepared(db: Database, columns: ActionColumns | null) {
  return {
    all: db.prepare(deriveMeaning(columns, () => '1')),
    groups: db.prepare<{ repo: string; slugs: string }>(deriveMeaning(columns, ofRfcs)),
    range: db.prepare<{ after: number; upTo: number }>(
      deriveMeaning(columns, (pull) => `${pull}.rowid > :after AND ${pull}.rowid <= :upTo`),
    ),
  }
}

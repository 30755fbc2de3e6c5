import { existsSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { ConfigError, sentence } from '../errors.ts'
import { activityTable } from './activity.ts'
import { backfillsTable } from './backfills.ts'
import { realPath, refuseUnfit, sizeOf } from './beside.ts'
import { deliveriesTable } from './deliveries.ts'
import { entryFilesTable } from './entry-files.ts'
import { jobHistory } from './job-history.ts'
import { leaseTable } from './lease.ts'
import { refuseNewer, schemaVersion } from './migrations.ts'
import { versionOf } from './open.ts'
import { queuePicture } from './queue-picture.ts'
import { settingsTable } from './settings.ts'

/** A repository that is followed; `is_held`: something of it was read. */
export type RepoSeen = { id: number; full_name: string; is_meta: 0 | 1; rfc_slug: string | null; is_held: 0 | 1 }

/** All that a file tells about how we are doing; nothing here writes. */
export type Picture = ReturnType<typeof pictureOf>

export function pictureOf(db: Database, file: string) {
  const repos = db.prepare<[], RepoSeen>(/* sql */ `
    SELECT id, full_name, is_meta, rfc_slug, tip IS NOT NULL AS is_held FROM repos
    WHERE is_meta OR rfc_slug IS NOT NULL ORDER BY is_meta DESC, full_name`)
  return {
    file,
    jobs: jobHistory(db),
    queue: queuePicture(db),
    deliveries: deliveriesTable(db).totals,
    day: activityTable(db).day,
    repos: () => repos.all(),
    backfills: backfillsTable(db).all,
    problems: entryFilesTable(db).problems,
    setting: settingsTable(db).get,
    holder: leaseTable(db).holder,
    /** In bytes; the WAL is the part that is not in the file itself yet. */
    sizes: () => ({ bytes: sizeOf(file), wal: sizeOf(`${realPath(file)}-wal`) }),
    schema: () => versionOf(db) ?? 0,
  }
}

/**
 * The picture of a file that another process may be working on, opened for reading only.
 * @throws ConfigError where there is none, and for one of another schema.
 */
export function openPicture(file: string): Picture & Disposable {
  if (!existsSync(file))
    throw new ConfigError(
      `There is no database ${file} yet.`,
      'Run `rfcached reconcile --once` or `rfcached serve` first.',
    )
  refuseUnfit(file)
  try {
    const db = new Sqlite(file, { readonly: true })
    try {
      refuseOther(versionOf(db), file)
      return { ...pictureOf(db, file), [Symbol.dispose]: () => db.close() }
    } catch (error) {
      db.close()
      throw error
    }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(
      `The database ${file} cannot be read: ${sentence(cause)}.`,
      'Look with `rfcached doctor` what is the matter with it.',
      { cause },
    )
  }
}

function refuseOther(version: number | null, file: string): void {
  if (version === null)
    throw new ConfigError(
      `rfcached has never worked on ${file}.`,
      'Run `rfcached reconcile --once` or `rfcached serve` first.',
    )
  refuseNewer(version, file)
  if (version < schemaVersion)
    throw new ConfigError(
      `${file} was written by an older rfcached (schema ${version}, this one knows ${schemaVersion}).`,
      'Start `rfcached serve`, which brings it up to date.',
    )
}

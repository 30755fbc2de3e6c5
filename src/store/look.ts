import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { ConfigError, sentence } from '../errors.ts'
import { actionColumns } from './actions.ts'
import { realPath, refuseUnfit } from './beside.ts'
import { faultOf } from './fault.ts'
import type { ActionColumns } from './meaning.ts'
import { refuseNewer, schemaVersion } from './migrations.ts'
import { tablesInTheWay, versionOf } from './open.ts'
import { readonlyHint } from './refused.ts'
import { refuseMisshapen } from './shape.ts'
import { whileOpen } from './while-open.ts'

/** Long enough for another writer's short transaction. */
const busyMs = 3000

/** A file as it stands: our version (null: we have never been there), and the columns of the application's `actions`. */
export type FileSeen = { version: number | null; actions: ActionColumns | null }

/**
 * Looks whether `file` can be worked on, and changes nothing: where there is none, a folder that can be written is enough.
 * Null: there is no file yet.
 * @throws ConfigError for whatever opening it for work would throw one for, and for a file that is not whole.
 */
export function lookAtFile(file: string): FileSeen | null {
  for (const path of [file, realPath(file)]) refuseFolder(dirname(path))
  if (!existsSync(file)) return null
  refuseUnfit(file)
  try {
    return whileOpen(file, (db) => seen(db, file), { fileMustExist: true, timeout: busyMs })
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw refused(file, cause)
  }
}

function seen(db: Database, file: string): FileSeen {
  db.exec('BEGIN IMMEDIATE; ROLLBACK')
  const fault = faultOf(db, 'quick_check')
  if (fault !== null) throw notWhole(file, fault)
  const version = versionOf(db)
  if (version === null) tablesInTheWay(db, file, false)
  else refuseNewer(version, file)
  if (version === schemaVersion) refuseMisshapen(db, file)
  return { version, actions: actionColumns(db) }
}

/** SQLite makes its journal beside the file, so it is the folder that must be ours too. */
function refuseFolder(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    const wrong = existsSync(folder) ? 'cannot be written' : 'does not exist'
    throw new ConfigError(
      `The folder of the database, ${folder}, ${wrong}.`,
      'It must exist and belong to the user that runs rfcached.',
      { cause },
    )
  }
}

function refused(file: string, cause: unknown): ConfigError {
  const code = cause instanceof Sqlite.SqliteError ? cause.code : ''
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return notWhole(file, sentence(cause))
  if (code === 'SQLITE_BUSY')
    return new ConfigError(
      `Another process has kept the database ${file} locked for ${busyMs / 1000} s.`,
      'Find what holds a transaction open in it, and end that.',
      { cause },
    )
  return new ConfigError(
    `The database ${file} cannot be written: ${sentence(cause)}.`,
    code === 'SQLITE_READONLY' ? readonlyHint : 'The file and its folder must belong to the user that runs rfcached.',
    { cause },
  )
}

function notWhole(file: string, fault: string): ConfigError {
  return new ConfigError(
    `The database ${file} is not a whole SQLite file: ${fault}.`,
    "Where nothing but rfcached's tables and actions are in it, `rfcached serve` and `rfcached reconcile --once` mend it; else bring back its last backup. See docs/recovery.md.",
  )
}

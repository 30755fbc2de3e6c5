import Sqlite from 'better-sqlite3'
import { ConfigError, codeOf, sentence, TransientError } from '../errors.ts'
import { isMissing } from './fault.ts'

/** What to do when SQLite says that a file is read-only. */
export const readonlyHint =
  'The file and its folder must belong to the user that runs rfcached; where they do, its header is broken: see docs/recovery.md.'

/**
 * What SQLite or the system refused when a file was opened: a full or failing disk may do better later, and is tried again; for the rest a
 * person must act.
 */
export function openRefused(file: string, cause: unknown): Error {
  const code = codeOf(cause)
  const message = `The database ${file} cannot be opened for writing`
  if (code.startsWith('SQLITE_BUSY'))
    return new TransientError(`${message}, for another process keeps it locked: it must end its transaction.`, {
      cause,
    })
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code))
    return new TransientError(`${message}, for its disk is full: make room, and start again.`, { cause })
  if (/^(SQLITE_IOERR|EIO)/.test(code))
    return new TransientError(
      `${message}, for its disk is full or fails: make room, or look at what the system says of it, and start again.`,
      { cause },
    )
  return new ConfigError(`${message}: ${sentence(cause)}.`, hintFor(code), { cause })
}

function hintFor(code: string): string {
  if (code === 'SQLITE_NOTADB')
    return 'It is no SQLite database: name another file in the configuration, or move this one away.'
  if (code.startsWith('SQLITE_CORRUPT'))
    return 'It is broken: `rfcached serve` and `rfcached reconcile --once` mend it where they may, see docs/recovery.md.'
  if (code === 'SQLITE_READONLY') return readonlyHint
  if (/^(SQLITE_READONLY|SQLITE_CANTOPEN|EROFS|EACCES|EPERM)/.test(code))
    return 'It is on a read-only file system or may not be written: it and its folder must belong to the user that runs rfcached.'
  return 'Its folder must exist and belong to the user that runs rfcached.'
}

/**
 * What SQLite refused of a write: a lock passes; what the application has in the file and refuses a change of ours would refuse it for
 * ever: a person must act.
 */
export function writeRefused(error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  if (error.code.startsWith('SQLITE_BUSY'))
    return new TransientError('Another process keeps the database locked: it must end its transaction.', {
      cause: error,
    })
  if (error.code.startsWith('SQLITE_READONLY'))
    return new ConfigError(`The database cannot be written: ${error.message}.`, readonlyHint, { cause: error })
  if (isMissing(error))
    return new ConfigError(
      `What the application has in the database needs what only the application has: ${error.message}.`,
      'The columns of actions that rfcached reads, and tables with a foreign key to its own, must do without.',
      { cause: error },
    )
  if (error.code !== 'SQLITE_CONSTRAINT_FOREIGNKEY') return error
  return new ConfigError(
    'A foreign key of another table in the database refuses a change in cached_prs or cached_branches.',
    'Declare it ON UPDATE CASCADE ON DELETE CASCADE, or drop it: Gitea renames repositories, and branches go.',
    { cause: error },
  )
}

import type { Database } from 'better-sqlite3'
import { BrokenFile, orFilledAnew } from '../errors.ts'
import { schema } from './ours.ts'
import { whileOpen } from './while-open.ts'

let wanted: Set<string> | undefined

/**
 * Compares a file of this version with what schema.sql makes: columns more are the application's, columns and tables fewer are damage
 * that SQLite calls a wrong question.
 * @throws BrokenFile when something is missing.
 */
export function refuseMisshapen(db: Database, file: string): void {
  const missing = missingIn(db)
  if (missing.length > 0) throw misshapen(`In the database ${file}, ${missing.slice(0, 5).join(', ')} is missing.`)
}

/** What to say of a file that is not as rfcached made it, after what shows that. */
export function misshapen(shown: string, cause?: unknown): BrokenFile {
  return new BrokenFile(
    `${shown} It is not as rfcached made it, and rfcached does not replace it.`,
    `and bring back the file's last backup${orFilledAnew}`,
    { cause },
  )
}

function missingIn(db: Database): string[] {
  wanted ??= whileOpen(':memory:', (made) => namesIn(made.exec(schema)))
  const present = namesIn(db)
  return [...wanted].filter((name) => !present.has(name))
}

/** Tables, views and triggers by their names, and columns as table.column. */
function namesIn(db: Database): Set<string> {
  return new Set(
    db
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type <> 'index'
         UNION ALL SELECT s.name || '.' || c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
           WHERE s.type = 'table' AND (s.rootpage > 0 OR s.sql LIKE '%USING fts5%') -- the application's may need a module that is not here`,
      )
      .pluck()
      .all(),
  )
}

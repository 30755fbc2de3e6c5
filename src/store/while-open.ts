import Sqlite, { type Database, type Options } from 'better-sqlite3'

/** What `act` gives of a file that is open only while it acts. @throws what SQLite does where it cannot open it */
export function whileOpen<T>(path: string, act: (db: Database) => T, options?: Options): T {
  const db = new Sqlite(path, options)
  try {
    return act(db)
  } finally {
    db.close()
  }
}

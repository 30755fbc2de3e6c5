import { existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { isMalformed, sentence } from '../errors.ts'

/** What is wrong with the structure of a file; null: nothing is. */
export function faultIn(file: string): string | null {
  if (!existsSync(file)) return null
  try {
    const db = new Sqlite(file, { readonly: true })
    try {
      const said = db.prepare<[], string>('PRAGMA integrity_check(1)').pluck().get() ?? 'no answer'
      return said === 'ok' ? null : said.replace(/\s+/g, ' ')
    } finally {
      db.close()
    }
  } catch (error) {
    if (isMalformed(error)) return sentence(error)
    throw error
  }
}

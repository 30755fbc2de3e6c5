import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import Sqlite from 'better-sqlite3'

type Page = { pageno: number; pagetype: 'internal' | 'leaf' | 'overflow'; ncell: number }

/** The pages of a table, in the order of its rows. */
export function pagesOf(file: string, table: string): Page[] {
  const db = new Sqlite(file, { readonly: true })
  try {
    return db
      .prepare<[string], Page>('SELECT pageno, pagetype, ncell FROM dbstat WHERE name = ? ORDER BY path')
      .all(table)
  } finally {
    db.close()
  }
}

export function leavesOf(file: string, table: string): Page[] {
  return pagesOf(file, table).filter(({ pagetype }) => pagetype === 'leaf')
}

/** Overwrites pages of 4096 bytes with what no page begins with. */
export function breakPages(file: string, ...numbers: number[]): void {
  for (const number of numbers) overwrite(file, (number - 1) * 4096, Buffer.alloc(4096, 0xa5))
}

/** Writes bytes into a file that nobody has open. */
export function overwrite(file: string, at: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, at)
  closeSync(handle)
}

/** Cuts a file off after so much of it, at a whole page. */
export function cutShort(file: string, part: number): void {
  const handle = openSync(file, 'r+')
  ftruncateSync(handle, Math.floor((fstatSync(handle).size * part) / 4096) * 4096)
  closeSync(handle)
}

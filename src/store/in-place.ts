import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { faultIn } from './fault.ts'
import { versionOf } from './open.ts'

/**
 * Puts what was salvaged in the place of the file it was salvaged from, whose number its name has, also after a crash between the
 * two. Gives where the old file went; null: nothing was to be done, or another process did it.
 */
export function putInPlace(file: string): string | null {
  const salvaged = salvagedFor(file)
  if (!salvaged) return null
  if (existsSync(file) && salvaged !== salvagedFrom(file)) {
    rmSync(salvaged)
    return null
  }
  const aside = `${file}-broken-${new Date(statSync(salvaged).mtimeMs).toISOString().replaceAll(':', '-')}`
  for (const end of ['-wal', '-shm', '']) if (existsSync(file + end)) renameSync(file + end, aside + end)
  renameSync(salvaged, file)
  return aside
}

/** Where what is salvaged from a file waits to be put in its place. */
export function salvagedFrom(file: string): string {
  return `${file}-salvaged-${statSync(file).ino}`
}

/** What was salvaged, of whichever file at this path. Another file that is named so, or that is not whole, is a person's. */
function salvagedFor(file: string): string | undefined {
  const [folder, start] = [dirname(file), `${basename(file)}-salvaged-`]
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(start)) : []
  const paths = names.flatMap((name) => (/^\d+$/.test(name.slice(start.length)) ? join(folder, name) : []))
  return paths.find((path) => statSync(path).isFile() && faultIn(path) === null && isOurs(path))
}

function isOurs(path: string): boolean {
  const db = new Sqlite(path, { readonly: true })
  try {
    return versionOf(db) !== null
  } finally {
    db.close()
  }
}

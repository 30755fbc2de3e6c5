import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { BrokenFile, ConfigError, codeOf } from '../errors.ts'

/**
 * Where the file itself lies, whose log SQLite keeps beside it, or where it would, when there is none: it may come or go meanwhile.
 * @throws ConfigError for links that lead in a circle.
 */
export function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch (error) {
    if (codeOf(error) === 'ELOOP')
      throw new ConfigError(
        `${file} is a link that leads in a circle.`,
        'Make it lead to a file, or name another file as the database in the configuration.',
      )
    if (!isNone(error)) throw error
    const leadsOn = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()
    return leadsOn ? realPath(resolve(realpathSync(dirname(file)), readlinkSync(file))) : file
  }
}

/**
 * Refuses what SQLite would not, or in words that do not help: a folder, a device or a pipe where a file should be, and a file that was
 * emptied, whose log it would delete for it.
 * @throws ConfigError for what is no file, BrokenFile for an empty file that was none.
 */
export function refuseUnfit(file: string): void {
  const path = realPath(file)
  for (const end of ['', '-wal', '-shm', '-journal', '-suspect']) refuseOther(path + end)
  const isEmpty = statSync(path, { throwIfNoEntry: false })?.size === 0
  const wasFilled = sizeOf(`${path}-wal`) > 0 || existsSync(`${path}-suspect`)
  if (!isEmpty || !wasFilled) return
  throw new BrokenFile(
    `The database ${file} is empty, and what is beside it says that it was not: it does not even tell what was in it. rfcached does not replace it.`,
    "copy what is beside it to a safe place, and bring back the file's last backup; where nothing but rfcached's tables was in it, move it and what is beside it away, and it is filled anew from Gitea",
  )
}

function refuseOther(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found || found.isFile()) return
  throw new ConfigError(
    `${path} is ${found.isDirectory() ? 'a folder' : 'a device or a pipe'}, and a file must be there.`,
    'Move it away, or name another file as the database in the configuration.',
  )
}

/** In bytes; 0 also where there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Whether the system says that there is no such file. */
export function isNone(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR)$/.test(codeOf(error))
}

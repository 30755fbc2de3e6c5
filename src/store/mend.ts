import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf, isMalformed, sentence, TransientError } from '../errors.ts'
import { alone } from './alone.ts'
import { realPath, refuseUnfit, sizeOf } from './beside.ts'
import { faultIn } from './fault.ts'
import { endReplacing, replace } from './in-place.ts'
import type { OpenOptions } from './open.ts'
import { openRefused } from './refused.ts'
import { type Salvaged, salvage } from './salvage.ts'
import { openStore, type Store } from './store.ts'
import { walFault } from './wal.ts'
import { whileOpen } from './while-open.ts'

type MendOptions = OpenOptions & { tell: (sentence: string) => void }

/**
 * Opens a file as `openStore` does, and mends it before where it is broken: it is set aside, what only it had is brought over, and
 * the rest is left to the next sweep. That it is broken shows when it is opened, or it showed when it was last worked on: then, after a
 * write-ahead log that is not whole, and where the file is small, all of it is looked at, for that takes as long as the file is large.
 * @throws BrokenFile for one that may not be replaced, and whatever `openStore` throws.
 */
export function openWhole(file: string, options: MendOptions): Store {
  try {
    const path = realPath(file)
    return alone(path, () => {
      endReplacing(path, options.tell)
      refuseUnfit(file)
      const store = openLooked(file, options)
      tellSetAside(store, options)
      return store
    })
  } catch (error) {
    throw isOfDisk(error) ? openRefused(file, error) : error
  }
}

/** Whether the disk, or who may write on it, stands in the way. */
function isOfDisk(error: unknown): boolean {
  return /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|E[A-Z]+$)/.test(codeOf(error))
}

function openLooked(file: string, options: MendOptions): Store {
  const path = realPath(file)
  rollBack(path)
  const isLogLeft = sizeOf(`${path}-wal`) > 0
  const lost = walFault(path)
  const isSuspect = existsSync(marker(path))
  const fault = lost !== null || isSuspect ? faultIn(file) : null
  if (fault !== null) return replaced(file, fault, options)
  const store = openOrReplace(file, options)
  if (lost !== null) readAgain(store, lost, options)
  else if (isSuspect) options.tell(`${file} showed itself broken before, and is whole: it is used as it is.`)
  if (isLogLeft) store.emptyLog()
  rmSync(marker(path), { force: true })
  return store
}

/** What a kill left half written without a log is taken back by who opens the file for writing: what only reads cannot open it. */
function rollBack(file: string): void {
  if (!existsSync(file) || !existsSync(`${file}-journal`)) return
  try {
    whileOpen(file, (db) => db.pragma('schema_version'))
  } catch (error) {
    if (!isMalformed(error)) throw error
  }
}

/** Also when who set it aside was killed before. */
function tellSetAside(store: Store, { tell }: MendOptions): void {
  const label = store.settings.get('set_aside')
  if (label === null) return
  tell(JSON.parse(label).told)
  store.transaction(() => store.settings.drop('set_aside'))
}

/** Has the whole file looked at when it is opened the next time; gives what to end with. */
export function suspect(file: string, error: unknown): Error {
  try {
    writeFileSync(marker(realPath(file)), sentence(error))
  } catch {
    // On a full disk it will show itself again.
  }
  const message = `The database ${file} shows itself broken: ${sentence(error)}.`
  return new TransientError(`${message} Start rfcached again, and it looks at all of it and mends it where it may.`, {
    cause: error,
  })
}

function marker(path: string): string {
  return `${path}-suspect`
}

function openOrReplace(file: string, options: MendOptions): Store {
  try {
    return openStore(file, options)
  } catch (error) {
    if (!isMalformed(error)) throw error
    const { cause } = error instanceof Error ? error : {}
    return replaced(file, sentence(cause ?? error), options)
  }
}

/** What the log had after its broken part may be lost, and what is older than other parts of the file must not be trusted. */
function readAgain(store: Store, lost: string, { tell }: MendOptions): void {
  store.distrust()
  tell(
    `Of ${store.file}, ${lost}: what was written there last may be lost, also actions of the application. Everything is read from Gitea again.`,
  )
}

function replaced(file: string, fault: string, options: MendOptions): Store {
  const path = realPath(file)
  const now = options.now()
  replace(path, now, (made, aside) => told(path, fault, aside, salvage(path, fault, made, now)))
  return openStore(file, options)
}

function told(file: string, fault: string, aside: string, { actions, closed, isWhole }: Salvaged): string {
  const rest = isWhole ? 'which is all there was' : 'the others could not be read'
  return [
    `The database ${file} was broken (${fault}): it is now ${aside}, and a new one is filled from Gitea.`,
    `Brought over were ${actions} actions of the application and ${closed} branches that it closed; ${rest}.`,
    'Restart the application: until then it reads and writes the old file.',
  ].join(' ')
}

import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isMalformed, sentence, TransientError } from '../errors.ts'
import { realPath, refuseUnfit } from './beside.ts'
import { faultIn } from './fault.ts'
import { putInPlace, salvagedFrom } from './in-place.ts'
import type { OpenOptions } from './open.ts'
import { type Salvaged, salvage } from './salvage.ts'
import { openStore, type Store } from './store.ts'
import { walFault } from './wal.ts'

type MendOptions = OpenOptions & { tell: (sentence: string) => void }

/**
 * Opens a file as `openStore` does, and mends it before where it is broken: it is set aside, what only it had is brought over, and
 * the rest is left to the next sweep. That it is broken shows when it is opened, or it showed when it was last worked on: then, after a
 * write-ahead log that is not whole, and where the file is small, all of it is looked at, for that takes as long as the file is large.
 * @throws BrokenFile for one that may not be replaced, and whatever `openStore` throws.
 */
export function openWhole(file: string, options: MendOptions): Store {
  refuseUnfit(file)
  putInPlace(realPath(file))
  const log = `${realPath(file)}-wal`
  const isLogLeft = existsSync(log) && statSync(log).size > 0
  const lost = walFault(realPath(file))
  const suspected = lost ?? suspicionOf(file)
  const fault = suspected === null ? null : faultIn(file)
  if (fault !== null) return replaced(file, fault, options)
  const store = openOrReplace(file, options)
  if (lost !== null) readAgain(store, lost, options)
  else if (suspected !== null)
    options.tell(`${file} showed itself broken (${suspected}), and is whole: it is used as it is.`)
  if (isLogLeft) store.emptyLog()
  rmSync(marker(file), { force: true })
  return store
}

/** Has the whole file looked at when it is opened the next time; gives what to end with. */
export function suspect(file: string, error: unknown): Error {
  try {
    writeFileSync(marker(file), sentence(error))
  } catch {
    // On a full disk it will show itself again.
  }
  const message = `The database ${file} shows itself broken: ${sentence(error)}.`
  return new TransientError(`${message} Start rfcached again, and it looks at all of it and mends it where it may.`, {
    cause: error,
  })
}

function marker(file: string): string {
  return `${realPath(file)}-suspect`
}

function suspicionOf(file: string): string | null {
  return existsSync(marker(file)) ? readFileSync(marker(file), 'utf8') : null
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

function replaced(path: string, fault: string, options: MendOptions): Store {
  const file = realPath(path)
  const made = `${file}-salvaging-${process.pid}`
  const drop = () => ['', '-wal', '-shm', '-journal'].forEach((end) => void rmSync(made + end, { force: true }))
  drop()
  try {
    const salvaged = salvage(file, fault, made, options.now())
    renameSync(made, salvagedFrom(file))
    const aside = putInPlace(file)
    rmSync(marker(file), { force: true })
    if (aside) options.tell(told(file, fault, aside, salvaged))
  } finally {
    drop()
  }
  return openStore(path, options)
}

function told(file: string, fault: string, aside: string, { actions, closed, isWhole }: Salvaged): string {
  const rest = isWhole ? 'which is all there was' : 'the others could not be read'
  return [
    `The database ${file} was broken (${fault}): it is now ${aside}, and a new one is filled from Gitea.`,
    `Brought over were ${actions} actions of the application and ${closed} branches that it closed; ${rest}.`,
    'Restart the application: until then it reads and writes the old file.',
  ].join(' ')
}

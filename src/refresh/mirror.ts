import type { Logger } from 'pino'
import type { Effects } from '../effects.ts'
import { IncompleteListing, TransientError } from '../errors.ts'
import type { Gitea } from '../gitea/gitea.ts'
import type { Meter } from '../meter.ts'
import { type Target, targetName } from '../rules/target.ts'
import { utcOf } from '../rules/time.ts'
import type { RepoRow } from '../store/repos.ts'
import type { Store } from '../store/store.ts'

/** What every refresh works with: the outside, the inside, and what the configuration says of them. */
export type Mirror = {
  gitea: Gitea
  store: Store
  log: Logger
  effects: Effects
  meter?: Meter
  owner: string
  metaRepo: string
  botUser: string
}

/** How a refresh went: what a person should know of though nothing failed. `whole` asks it to trust no watermark. */
export type Refreshed = { warnings: string[] }

const overlapMs = 120_000
const rowsPerTransaction = 200
const pauseBeforeSecondLookMs = 2000
const pauseBeforeSecondTryMs = 60_000

/** Our own times, as readers see them. */
export function timeNow({ effects }: Pick<Mirror, 'effects'>): string {
  return utcOf(effects.now())
}

/** The server's clock now, ms since 1970, by its latest Date header (whole seconds); ours before there was one. */
export function serverNow({ gitea: { traffic }, effects }: Mirror): number {
  return traffic.serverTime === 0 ? effects.now() : traffic.serverTime + (effects.now() - traffic.serverTimeReadAt)
}

/** Where to look from the next time, after a look that began then by the server's clock: updated_at is taken before its transaction commits. */
export function watermark(began: number): string {
  return utcOf(began - overlapMs)
}

/** Asks for a target now. */
export function ask({ store, effects }: Mirror, target: Target, whole = false): void {
  store.targets.ask({ target: targetName(target), at: effects.now(), whole })
}

/** Asks for a target in a minute: what Gitea could not show just now, it may show then. */
export function askOnceMore({ store, effects }: Mirror, target: Target): void {
  store.targets.ask({ target: targetName(target), at: effects.now() + pauseBeforeSecondTryMs })
}

/** The meta repository as last listed. @throws IncompleteListing before the first listing of the owner's repositories. */
export function metaRepo({ store }: Mirror): RepoRow {
  const meta = store.repos.meta()
  if (!meta) throw new IncompleteListing("The owner's repositories have not been listed yet.")
  return meta
}

/** What a request gives, or `instead` where Gitea cannot show it now: for what nothing else should have to wait for. */
export async function shownOr<T, U>(asked: Promise<T>, instead: U): Promise<T | U> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof TransientError) return instead
    throw error
  }
}

/**
 * To be called in each transaction that writes what was read of a repository.
 * @throws IncompleteListing when it got another name or became another RFC's meanwhile: what was read is no longer of it.
 */
export function holdsStill({ store }: Mirror, { id, full_name, rfc_slug }: RepoRow): void {
  const now = store.repos.byId(id)
  if (now?.full_name !== full_name || now.rfc_slug !== rfc_slug)
    throw new IncompleteListing(`${full_name} changed its name or its RFC while it was read.`)
}

/**
 * Writes items in transactions of 200 with a yield between, so that neither readers nor the event loop wait; `last` (deletions,
 * watermarks) comes in the transaction of the last ones.
 */
export async function writeAll<T>(
  { store }: Mirror,
  items: T[],
  write: (items: T[]) => void,
  last: () => void,
): Promise<void> {
  for (let from = 0; from + rowsPerTransaction < items.length; from += rowsPerTransaction) {
    store.transaction(() => write(items.slice(from, from + rowsPerTransaction)))
    await new Promise(setImmediate)
  }
  const rest = items.length === 0 ? 0 : Math.floor((items.length - 1) / rowsPerTransaction) * rowsPerTransaction
  store.transaction(() => {
    write(items.slice(rest))
    last()
  })
}

/**
 * A listing that can be believed: when more than max(5, 20 %) of the live rows would go at once, it is read again 2 s later, and
 * believed when the same are gone then.
 * @throws IncompleteListing when the second look differs.
 */
export async function believed<T>(
  { effects }: Mirror,
  live: number,
  read: () => Promise<T>,
  gone: (listing: T) => string[],
): Promise<T> {
  const first = await read()
  const lost = gone(first)
  if (lost.length <= Math.max(5, live / 5)) return first
  await effects.sleep(pauseBeforeSecondLookMs)
  const second = await read()
  if (lost.toSorted().join('\n') !== gone(second).toSorted().join('\n'))
    throw new IncompleteListing(`${lost.length} of ${live} rows seemed to be gone, and a second look differed.`)
  return second
}

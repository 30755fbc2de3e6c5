import { isFinal, isStop, sentence, TokenRefused, TransientError } from '../errors.ts'
import { ask, type Mirror, serverNow } from '../refresh/mirror.ts'
import { refresh } from '../refresh/refresh.ts'
import { type Target, targetName, targetOf } from '../rules/target.ts'
import type { Claim } from '../store/targets.ts'

/** Targets refreshed at once; the client bounds the requests. */
export const atOnce = 4
const firstBackoffMs = 1000
const longestBackoffMs = 10 * 60_000
/** How often one looks whether what others have under way has ended. */
const lookEveryMs = 100

/** What came of a drain: how many targets were refreshed, and the warnings they gave. */
export type Drained = { refreshed: number; warnings: string[] }

export type DrainOptions = {
  /** Whether `entry-dates` are worked on too, after all else. */
  withDates: boolean
  /** Called after each target, with how many are done and how many are known of. */
  onProgress?: (done: number, total: number) => void
  /** How many at once. */
  turns?: number
  /** Claims nothing more once aborted; what is under way is finished. */
  signal?: AbortSignal
}

type NowOptions = {
  /** Throws why it failed, which is kept with it as in a drain. */
  must?: boolean
  /** How far it is, for a target that tells. */
  onProgress?: DrainOptions['onProgress']
}

/** Claims targets that are due and refreshes them; each fails alone, with its own back-off. */
export function createWorker(mirror: Mirror) {
  const { store, effects } = mirror

  const next = (withDates: boolean): Claim | null => {
    let claim: Claim | null = null
    if (store.targets.isDue(effects.now(), withDates)) {
      store.transaction(() => {
        claim = store.targets.claim(effects.now(), withDates)
      })
    }
    return claim
  }

  return {
    /** Refreshes one target now, after what of its lane is under way. */
    refreshNow: async (
      target: Target,
      whole: boolean,
      { must = false, onProgress }: NowOptions = {},
    ): Promise<string[]> => {
      for (;;) {
        const claim = claimNow(mirror, target, whole)
        if (claim) return must ? attempt(mirror, claim, onProgress) : work(mirror, claim, onProgress)
        await effects.sleep(lookEveryMs)
      }
    },
    /** Returns when all that others have under way now has ended. */
    othersDone: async (): Promise<void> => {
      const now = effects.now()
      for (endLeft(mirror); store.targets.isUnderWay(now); endLeft(mirror)) await effects.sleep(lookEveryMs)
    },
    /**
     * Works until nothing is due, at most four targets at once. What fails is asked again, not before its back-off is over.
     * @throws TokenRefused, LeaseLost at once: no other target would fare better.
     */
    async drain({ withDates, onProgress, turns = atOnce, signal }: DrainOptions): Promise<Drained> {
      endLeft(mirror)
      const drained: Drained = { refreshed: 0, warnings: [] }
      const turn = async (): Promise<void> => {
        for (let claim = next(withDates); claim; claim = signal?.aborted ? null : next(withDates)) {
          drained.warnings.push(...(await work(mirror, claim)))
          drained.refreshed++
          onProgress?.(drained.refreshed, drained.refreshed + store.targets.waiting())
        }
      }
      // Refreshes ask for more while they run, so one round may leave some for the next.
      while (!signal?.aborted && store.targets.isDue(effects.now(), withDates))
        await together(Array.from({ length: turns }, turn))
      return drained
    },
  }
}

function claimNow(mirror: Mirror, target: Target, whole: boolean): Claim | null {
  const { store, effects } = mirror
  let claim: Claim | null = null
  store.transaction(() => {
    ask(mirror, target, whole)
    claim = store.targets.claimOne(targetName(target), effects.now())
  })
  return claim
}

/** Refreshes; what fails is asked again, and only what no other target would survive either is thrown. */
async function work(mirror: Mirror, claim: Claim, onProgress?: DrainOptions['onProgress']): Promise<string[]> {
  try {
    return await attempt(mirror, claim, onProgress)
  } catch (error) {
    if (isFinal(error) || error instanceof TokenRefused || isStop(error)) throw error
    mirror.log.warn({ target: claim.target, failures: claim.failures + 1, err: error }, 'refresh failed')
    return []
  }
}

/** Refreshes; a failure is kept with its target, with a back-off, and thrown. What was stopped in the middle goes back into the queue. */
async function attempt(mirror: Mirror, claim: Claim, onProgress?: DrainOptions['onProgress']): Promise<string[]> {
  const { store, effects, log } = mirror
  const began = effects.now()
  const measure = (outcome: 'done' | 'failed') =>
    mirror.meter?.refreshed(targetOf(claim.target).kind, outcome, effects.now() - began)
  // A Date header may be up to a second old: what we read began at the earliest then.
  const readFrom = Math.floor(serverNow(mirror) - 1000)
  try {
    const { warnings } = await refresh(mirror, targetOf(claim.target), claim.whole, onProgress)
    store.transaction(() => {
      store.targets.settle(claim.target, effects.now(), readFrom)
      store.activity.add(effects.now(), { refreshes: 1 })
    })
    measure('done')
    log.debug({ target: claim.target, ms: effects.now() - began }, 'refreshed')
    return warnings
  } catch (error) {
    if (isFinal(error)) throw error
    if (!isStop(error)) measure('failed')
    const wait = backoff(claim.failures, error, effects.random())
    store.targets.left.add(claim)
    store.transaction(() => {
      if (isStop(error)) store.targets.putBack(claim, effects.now())
      else store.targets.fail(claim, effects.now(), effects.now() + wait, sentence(error))
      if (!isStop(error)) store.activity.add(effects.now(), { refreshes: 1, failures: 1 })
    })
    store.targets.left.delete(claim)
    throw error
  }
}

/** A target whose end could not be written (a full disk) would be under way for ever. */
function endLeft({ store, effects }: Mirror): void {
  const { left } = store.targets
  if (left.size === 0) return
  store.transaction(() => {
    for (const claim of left) store.targets.fail(claim, effects.now(), effects.now(), 'Its end could not be written.')
  })
  left.clear()
}

/** Waits for all, then throws the first failure: nothing goes on behind the caller's back. */
async function together(turns: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected')
  if (failed) throw failed.reason
}

function backoff(failures: number, error: unknown, random: number): number {
  const asked = error instanceof TransientError ? error.retryAfterMs : 0
  return Math.ceil(Math.max(asked, Math.min(firstBackoffMs * 2 ** failures, longestBackoffMs) * (0.5 + random / 2)))
}

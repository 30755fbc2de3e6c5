import { sentence, TokenRefused, TransientError } from '../errors.ts'
import { ask, type Mirror } from '../refresh/mirror.ts'
import { refresh } from '../refresh/refresh.ts'
import { type Target, targetName, targetOf } from '../rules/target.ts'
import type { Claim } from '../store/targets.ts'

/** Targets refreshed at once; the client bounds the requests. */
const atOnce = 4
const firstBackoffMs = 1000
const longestBackoffMs = 10 * 60_000

/** What came of a drain: how many targets were refreshed, and the warnings they gave. */
export type Drained = { refreshed: number; warnings: string[] }

export type DrainOptions = {
  /** Leave `entry-dates` for later. */
  withoutDates?: boolean
  /** Called after each target, with how many are done and how many are known of. */
  onProgress?: (done: number, total: number) => void
}

/** Claims targets that are due and refreshes them; each fails alone, with its own back-off. */
export function createWorker(mirror: Mirror) {
  const { store, effects, log } = mirror

  async function work(claim: Claim): Promise<string[]> {
    const began = effects.now()
    try {
      const { warnings } = await refresh(mirror, targetOf(claim.target), claim.whole)
      store.targets.settle(claim.target, effects.now())
      log.debug({ target: claim.target, ms: effects.now() - began }, 'refreshed')
      return warnings
    } catch (error) {
      const wait = backoff(claim.failures, error, effects.random())
      store.targets.fail(claim, effects.now(), effects.now() + wait, sentence(error))
      if (error instanceof TokenRefused) throw error
      log.warn({ target: claim.target, failures: claim.failures + 1, err: error }, 'refresh failed')
      return []
    }
  }

  return {
    /** Refreshes one target now; its failure is kept with it, as in a drain. */
    refreshOne: (target: Target, whole: boolean): Promise<string[]> => {
      store.transaction(() => ask(mirror, target, whole))
      const claim = store.targets.claimOne(targetName(target), effects.now())
      return claim ? work(claim) : Promise.resolve([])
    },
    /**
     * Works until nothing is due, at most four targets at once. What fails is asked again, not before its back-off is over.
     * @throws TokenRefused at once: no other target would fare better.
     */
    async drain({ withoutDates = false, onProgress }: DrainOptions = {}): Promise<Drained> {
      const drained: Drained = { refreshed: 0, warnings: [] }
      const turn = async (): Promise<void> => {
        for (let claim = next(); claim; claim = next()) {
          drained.warnings.push(...(await work(claim)))
          drained.refreshed++
          onProgress?.(drained.refreshed, drained.refreshed + store.targets.waiting())
        }
      }
      const next = () => store.targets.claim(effects.now(), withoutDates)
      // Refreshes ask for more while they run, so one round may leave some for the next.
      do await together(Array.from({ length: atOnce }, turn))
      while (store.targets.isDue(effects.now(), withoutDates))
      return drained
    },
  }
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

import type { Effects } from '../effects.ts'
import { TransientError } from '../errors.ts'

/** Another's transaction may last; a chunk is tried again for about a minute. */
const mostTries = 60
const pauseAfterLockMs = 1000

/** A write that is tried again while another process keeps the file locked. @throws TransientError when that lasts for about a minute. */
export async function unlocked<T>(effects: Effects, signal: AbortSignal, write: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return write()
    } catch (error) {
      if (!(error instanceof TransientError) || tries === mostTries) throw error
      await effects.sleep(pauseAfterLockMs, signal)
    }
  }
}

import { either } from '../effects.ts'
import type { Mirror } from '../refresh/mirror.ts'

/** How often a runner looks whether somebody, in whichever process, asked its run to stop. */
const lookEveryMs = 500

/** What ends a run: somebody asked it to stop, or `outer` aborted. Until disposed of, the run's row is looked at twice a second. */
export function watchForStop({ store, effects }: Mirror, id: number, outer?: AbortSignal) {
  const asked = new AbortController()
  const over = new AbortController()
  const look = () => {
    if (store.jobs.stopBy(id) !== null) asked.abort()
  }
  const watch = async () => {
    for (;;) {
      await effects.sleep(lookEveryMs, over.signal)
      look()
    }
  }
  watch().catch(() => {}) // the run is over, or the process ends
  return {
    signal: either(asked.signal, outer) ?? asked.signal,
    /** @throws AbortError when it has to end. */
    look: () => {
      look()
      asked.signal.throwIfAborted()
      outer?.throwIfAborted()
    },
    [Symbol.dispose]: () => over.abort(),
  }
}

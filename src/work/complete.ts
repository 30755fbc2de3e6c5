import type { Mirror } from '../refresh/mirror.ts'
import { isOfAll } from '../rules/target.ts'

/** Whether a whole sweep has been complete once: before that no probe can tell what is missing. */
export function isComplete({ store }: Mirror): boolean {
  return store.settings.get('last_complete') !== null
}

/** Health counts from now, unless something that the whole copy hangs on could not be read. For the caller's transaction. */
export function noteComplete({ store, effects }: Mirror): void {
  if (store.targets.failing().some(({ target }) => isOfAll(target))) return
  store.settings.set('last_complete', effects.now())
}

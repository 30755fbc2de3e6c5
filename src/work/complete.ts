import type { Mirror } from '../refresh/mirror.ts'

/** Whether a whole sweep has been complete once: before that no probe can tell what is missing. */
export function isComplete({ store }: Mirror): boolean {
  return store.settings.get('last_complete') !== null
}

/** Health counts from now. For the caller's transaction. */
export function noteComplete({ store, effects }: Mirror): void {
  store.settings.set('last_complete', effects.now())
}

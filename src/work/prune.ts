import type { Mirror } from '../refresh/mirror.ts'

const dayMs = 86_400_000
/** Rows a transaction: readers and the worker never wait for it. */
const chunk = 500
/** The picture of the last day needs one. */
const activityDays = 7

export type Retention = { days: number; jobs: number }

/** Forgets deliveries and changes older than the days that are kept, and ended jobs beyond the number that is kept, in chunks; of activity a week is kept. */
export async function prune(
  { store, effects }: Pick<Mirror, 'store' | 'effects'>,
  { days, jobs }: Retention,
): Promise<void> {
  const before = effects.now() - days * dayMs
  const activityBefore = effects.now() - activityDays * dayMs
  const steps = [
    () => store.deliveries.prune(before, chunk),
    () => store.changes.prune(before, chunk),
    () => store.jobs.prune(jobs, chunk),
    () => store.activity.prune(activityBefore, chunk),
  ]
  for (const step of steps) {
    let gone = chunk
    while (gone === chunk) {
      store.transaction(() => {
        gone = step()
      })
      await new Promise(setImmediate)
    }
  }
}

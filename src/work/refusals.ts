import type { Mirror } from '../refresh/mirror.ts'

/** Deliveries refused since the service began; `untold`: how many of them the file does not know of yet. */
export type Refusals = { byStatus: Map<string, number>; untold: number }

export function noRefusals(): Refusals {
  return { byStatus: new Map(), untold: 0 }
}

/** Counts a refusal by its HTTP status, in memory: whoever floods us with forgeries makes us write nothing. */
export function refuse(refusals: Refusals, status: string): number {
  const count = (refusals.byStatus.get(status) ?? 0) + 1
  refusals.byStatus.set(status, count)
  refusals.untold++
  return count
}

/** Writes down what is not yet known of; a transaction in any case, for what else a transaction sees to. */
export function tellRefusals({ store, effects }: Mirror, refusals: Refusals): void {
  const refused = refusals.untold
  store.transaction(() => {
    if (refused > 0) store.activity.add(effects.now(), { refused })
  })
  refusals.untold -= refused
}

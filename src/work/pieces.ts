import type { Mirror } from '../refresh/mirror.ts'
import type { Merging, Walk } from '../store/walk.ts'
import { unlocked } from './unlocked.ts'

/**
 * Pieces of an index are merged when they are this share of the rows: four such become one, four of those a larger one, and so on. They
 * are fewer than 192, so none is of much more than a third of the rows, which matters because merging cannot pause within a word; and the
 * two or so of that size are too few for the index to merge them in somebody's commit soon after.
 */
const mergedShare = 1 / 192
/** Long texts make many pieces of few rows. */
const mostPieces = 500
/** Steps are begun for so long, for one with a word that is in every row may follow. */
const mergeMs = 3

/** How much of what is merged together a chunk of so many rows leaves: at 1 it is time to. */
export function shareOfPieces(rows: number, total: number): number {
  return Math.max(rows / (total * mergedShare), 1 / mostPieces)
}

type Inside = Pick<Mirror, 'store' | 'effects'>

/** Merges in chunks of its own what those of rows left in pieces; nothing is noted: what is not merged yet is merged another time. */
export async function mergePieces(
  mirror: Inside,
  { merging }: Walk,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let isMore = true
  while (merging && isMore) {
    signal.throwIfAborted()
    isMore = await unlocked(mirror.effects, signal, () => mergeChunk(mirror, merging))
    await pause()
  }
}

/** Whether there may be more to merge. */
function mergeChunk({ store, effects }: Inside, merging: Merging): boolean {
  let isMore = true
  store.transaction(() => {
    const began = effects.now()
    do isMore = merging.step()
    while (isMore && effects.now() - began < mergeMs)
  })
  return isMore
}

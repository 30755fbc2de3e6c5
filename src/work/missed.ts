import { type Mirror, metaRepo } from '../refresh/mirror.ts'
import { noteMissed } from '../refresh/probe.ts'
import { isComplete } from './complete.ts'

/** A delivery may be this much older than the sweep that then saw its change: the worker was about to read it. */
const underWayMs = 15_000

/** How things stood when a sweep began. */
export type Before = { at: number; seq: number; metaTip: string | null; wasComplete: boolean }

/** To be called as a sweep begins. */
export function standing(mirror: Mirror): Before {
  const { store, effects } = mirror
  return {
    at: effects.now(),
    seq: store.changes.latest(),
    metaTip: store.repos.meta()?.tip ?? null,
    wasComplete: isComplete(mirror),
  }
}

/** Counts the repositories where a whole sweep saw first what no delivery had told; a first sweep sees everything first. */
export function countMissed(mirror: Mirror, before: Before): number {
  const { store } = mirror
  if (!before.wasComplete) return 0
  const meta = metaRepo(mirror)
  const moved = new Set(store.changes.since(before.seq).flatMap(({ table, key }) => repoOf(table, key) ?? []))
  if (before.metaTip !== null && meta.tip !== before.metaTip) moved.add(meta.full_name)
  const told = new Set(store.deliveries.since(before.at - underWayMs).map(({ repo }) => repo))
  const missed = [...moved].filter((repo) => !told.has(repo)).length
  if (missed > 0) store.transaction(() => noteMissed(mirror, missed))
  return missed
}

/** The repository in the key of a change; an RFC's key has none. */
function repoOf(table: string, key: string): string | undefined {
  if (table === 'cached_prs') return key.split('#')[0]
  return table === 'cached_branches' ? key.split(' ')[1] : undefined
}

import { hostname } from 'node:os'
import { LeaseLost } from '../errors.ts'
import type { Mirror } from '../refresh/mirror.ts'
import { utcOf } from '../rules/time.ts'

/** A heartbeat well inside the time after which a silent holder counts as dead. */
export const heartbeatMs = 5000

/** This process, as the lease names it. */
export function holderName({ effects }: Mirror): string {
  return `${hostname()}:${process.pid}:${effects.random().toString(36).slice(2, 10)}`
}

/**
 * Takes the lease and cleans up after a process that died: its targets are asked for again, its jobs are failed as interrupted.
 * False while another process works. The caller renews it by calling again with the same name, and releases it.
 * @throws LeaseLost when it had it and another took over, also one that is gone again: what is under way here is old.
 */
export function takeLead({ store, effects }: Mirror, name: string): boolean {
  const wasOurs = store.lease.isHeldBy(name)
  if (!wasOurs && store.isFencedFor(name)) throw new LeaseLost()
  if (!store.lease.acquire(name, effects.now())) return false
  if (wasOurs) return true
  store.fence(name)
  store.transaction(() => {
    store.targets.freeStarted()
    store.jobs.interruptRunning(utcOf(effects.now()))
  })
  return true
}

/** Gives the lease back; where the database cannot be written now, it runs out by itself. */
export function giveUpLead({ store, log }: Mirror, name: string): void {
  store.fence(null)
  try {
    store.lease.release(name)
  } catch (error) {
    log.warn({ err: error }, 'lease not given back')
  }
}

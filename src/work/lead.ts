import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { codeOf, LeaseLost } from '../errors.ts'
import { type Mirror, timeNow } from '../refresh/mirror.ts'

/** A heartbeat well inside the time after which a silent holder counts as dead. */
export const heartbeatMs = 5000

/** This process, as the lease names it. */
export function holderName({ effects }: Pick<Mirror, 'effects'>): string {
  return `${machine()}:${process.pid}:${effects.random().toString(36).slice(2, 10)}`
}

/** Where a process number means a process: containers of one machine may each have their own. */
function machine(): string {
  try {
    return `${hostname()}:${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`
  } catch {
    return hostname()
  }
}

/** Whether a holder was a process of this machine that is gone: nobody has to wait for its lease to run out. */
export function isGone(holder: string): boolean {
  const [, where, pid] = /^(.*):(\d+):\w+$/.exec(holder) ?? []
  if (where !== machine()) return false
  try {
    return !process.kill(Number(pid), 0)
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

/**
 * Takes the lease and cleans up after a process that died: its targets are asked for again, its jobs are failed as interrupted.
 * False while another process works. The caller renews it by calling again with the same name, and releases it.
 * @throws LeaseLost when it had it and another took over, also one that is gone again: what is under way here is old.
 */
export function takeLead({ store, effects }: Pick<Mirror, 'store' | 'effects'>, name: string): boolean {
  const wasOurs = store.lease.isHeldBy(name)
  if (!wasOurs && store.isFencedFor(name)) throw new LeaseLost()
  const holder = store.lease.holder(effects.now())
  if (holder !== null && holder !== name && isGone(holder)) store.lease.release(holder)
  if (!store.lease.acquire(name, effects.now())) return false
  if (wasOurs) return true
  store.fence(name)
  store.transaction(() => {
    store.targets.freeStarted()
    store.jobs.interruptRunning(timeNow({ effects }))
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

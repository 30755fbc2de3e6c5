import { isFinal, sentence, TransientError } from '../errors.ts'
import type { Mirror } from '../refresh/mirror.ts'
import type { Bell } from './bell.ts'
import type { Pulse } from './pulse.ts'
import { type Delivery, receive } from './receive.ts'

/** Gitea waits 5 s for an answer and never comes again: a delivery that meets another's lock is tried for as long. */
const patienceMs = 4000
const againMs = 200

export type Inbox = ReturnType<typeof createInbox>

/**
 * Takes deliveries one after the other: each try at a locked file keeps everything else in this process waiting, so only the
 * first in the line tries, and those whose caller has gone meanwhile do not.
 */
export function createInbox(mirror: Pick<Mirror, 'store' | 'effects' | 'owner' | 'meter'>, pulse: Pulse, bell: Bell) {
  const { effects } = mirror
  let last: Promise<unknown> = Promise.resolve()
  let closed = false

  const keep = async (delivery: Delivery, until: number): Promise<boolean> => {
    for (;;) {
      if (closed) throw new TransientError('rfcached is stopping.')
      try {
        return receive(mirror, delivery)
      } catch (error) {
        if (!(error instanceof TransientError) || effects.now() + againMs > until) throw error
        await effects.sleep(againMs)
      }
    }
  }
  const inTurn = async (delivery: Delivery, until: number, before: Promise<unknown>): Promise<boolean> => {
    await before
    if (effects.now() > until) throw new TransientError('The database was locked for too long.')
    return keep(delivery, until)
  }

  return {
    /** Whether it is new: kept, and what it names is asked for. @throws when it could not be kept, which health tells until one could */
    hear: async (delivery: Delivery): Promise<boolean> => {
      const turn = inTurn(delivery, effects.now() + patienceMs, last)
      last = turn.catch(() => {})
      try {
        const isNew = await turn
        pulse.troubles.delete('inbox')
        mirror.meter?.delivered(isNew ? '202' : '200')
        if (isNew) bell.ring()
        return isNew
      } catch (error) {
        pulse.troubles.set('inbox', sentence(error))
        if (isFinal(error)) pulse.final = error
        throw error
      }
    },
    /** Tries no more, and ends when nobody waits any longer: the file may be closed then. */
    [Symbol.asyncDispose]: async () => {
      closed = true
      await last
    },
  }
}

/** Wakes whoever waits for something to do: take `signal` before looking, and a ring that comes while you look is not lost. */
export type Bell = { ring: () => void; signal: () => AbortSignal }

export function createBell(): Bell {
  let next = new AbortController()
  let ringing: NodeJS.Immediate | undefined
  return {
    // Once for all that comes in one turn of the event loop: in a burst of deliveries waking would cost more than they do.
    ring: () => {
      ringing ??= setImmediate(() => {
        const rung = next
        next = new AbortController()
        ringing = undefined
        rung.abort()
      })
    },
    signal: () => next.signal,
  }
}

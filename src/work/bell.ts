/** Wakes whoever waits for something to do: take `signal` before looking, and a ring that comes while you look is not lost. */
export type Bell = { ring: () => void; signal: () => AbortSignal }

export function createBell(): Bell {
  let next = new AbortController()
  let isRinging = false
  const rung = () => {
    const now = next
    next = new AbortController()
    isRinging = false
    now.abort()
  }
  return {
    // Once for all that comes in one turn of the event loop: in a burst of deliveries waking would cost more than they do.
    ring: () => {
      if (!isRinging) setImmediate(rung)
      isRinging = true
    },
    signal: () => next.signal,
  }
}

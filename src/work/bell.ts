/** Wakes whoever waits for something to do: take `signal` before looking, and a ring that comes while you look is not lost. */
export type Bell = { ring: () => void; signal: () => AbortSignal }

export function createBell(): Bell {
  let next = new AbortController()
  return {
    ring: () => {
      const rung = next
      next = new AbortController()
      rung.abort()
    },
    signal: () => next.signal,
  }
}

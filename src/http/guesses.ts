/** So many wrong tokens at once are people's mistakes; after them comes one in that time. */
const atOnce = 10
const eachMs = 10_000
/** The memory is bounded: of more clients that guess, those are forgotten that have been quiet for longest. */
const mostClients = 1000

/** Slows down whoever says wrong tokens; a client is whatever text tells clients apart. */
export function createGuesses(now: () => number) {
  /** When all its failures will be forgiven. */
  const forgivenAt = new Map<string, number>()
  return {
    /** For how many seconds the client may not try; 0: it may. */
    waitSeconds: (client: string): number =>
      Math.max(0, Math.ceil(((forgivenAt.get(client) ?? 0) - now() - (atOnce - 1) * eachMs) / 1000)),
    failed: (client: string): void => {
      const from = Math.max(now(), forgivenAt.get(client) ?? 0)
      forgivenAt.delete(client)
      forgivenAt.set(client, from + eachMs)
      const [quietest] = forgivenAt.keys()
      if (forgivenAt.size > mostClients && quietest !== undefined) forgivenAt.delete(quietest)
    },
    /** How many clients are remembered. */
    size: () => forgivenAt.size,
  }
}

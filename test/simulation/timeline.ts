/**
 * What was true upstream, each fact with all the values it ever had, in upstream's order of events; and how far along that order
 * what was shown has proven to be. `null` is absence.
 */
export type Timeline = ReturnType<typeof newTimeline>

type Fact = { values: (string | null)[]; from: number[]; low: number }

export function newTimeline() {
  const facts = new Map<string, Fact>()
  let event = -1

  const factOf = (name: string): Fact => {
    const known = facts.get(name)
    if (known) return known
    const fact = { values: [null], from: [0], low: 0 }
    facts.set(name, fact)
    return fact
  }
  const end = ({ from }: Fact, at: number) => from[at + 1] ?? Number.POSITIVE_INFINITY
  /** The first stretch of that value that was not over at the event `since`. */
  const stretch = (fact: Fact, value: string | null, since: number) =>
    fact.values.findIndex((one, at) => one === value && end(fact, at) > since)

  return {
    /** Something happened: all that is true now. Gives the number of the event, and the facts that it moved. */
    record: (truth: Map<string, string>): { event: number; moved: string[] } => {
      event++
      const moved: string[] = []
      for (const name of truth.keys()) factOf(name)
      for (const [name, fact] of facts) {
        const value = truth.get(name) ?? null
        if (fact.values.at(-1) === value) continue
        fact.values.push(value)
        fact.from.push(event)
        moved.push(name)
      }
      return { event, moved }
    },
    /** What is true of it now. */
    now: (name: string): string | null => facts.get(name)?.values.at(-1) ?? null,
    /** Whether there ever was such a thing. */
    was: (name: string): boolean => (facts.get(name)?.values.length ?? 0) > 1,
    /** Whether it had that value at that event or has had it since. */
    heldSince: (name: string, value: string | null, since: number): boolean => stretch(factOf(name), value, since) >= 0,
    /** Whether it had that value at the latest event that was shown of another fact, or has had it since. */
    heldSinceShown: (name: string, value: string | null, other: string): boolean =>
      stretch(factOf(name), value, factOf(other).low) >= 0,
    /** It is shown with that value from now on: says what is wrong with that. */
    show: (name: string, value: string | null): string | null => {
      const fact = factOf(name)
      const at = stretch(fact, value, fact.low)
      if (at >= 0) {
        fact.low = Math.max(fact.low, fact.from[at] ?? 0)
        return null
      }
      const ever = fact.values.includes(value)
      return `${ever ? 'older' : 'invented'}: ${name} is shown as ${value}, ${ever ? 'which was over before what was shown already' : 'which it never was'} (${JSON.stringify(fact.values)})`
    },
    /** Whether a name was ever another's: then what was asked by name may be the other's. */
    isMixed: (id: number): boolean => {
      const names = factOf(`name ${id}`).values
      return [...facts].some(
        ([fact, { values }]) =>
          fact.startsWith('name ') &&
          fact !== `name ${id}` &&
          values.some((value) => value !== null && names.includes(value)),
      )
    },
    /** From now on an earlier state may be shown again: an old page was passed off as new. */
    forgive: () => {
      for (const fact of facts.values()) fact.low = 0
    },
  }
}

import { seededRandom } from '../support/seeded-random.ts'

export type Chance = ReturnType<typeof chanceOf>

/** Random choices that are the same for the same seed. */
export function chanceOf(seed: number) {
  const random = seededRandom(seed)
  return {
    random,
    odds: (share: number): boolean => random() < share,
    below: (end: number): number => Math.floor(random() * end),
    between: (low: number, high: number): number => low + Math.floor(random() * (high - low + 1)),
    /** One of them; undefined when there is none. */
    pick: <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)],
    one: <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0],
  }
}

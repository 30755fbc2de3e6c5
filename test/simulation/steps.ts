import { chanceOf } from './chance.ts'
import { changes } from './changes.ts'

/** One thing that happens in a history. All that is random about it comes from its own seed, so that others can be left out. */
export type Step = { kind: string; seed: number; wait: number }

const happenings: Record<string, string[]> = {
  ...Object.fromEntries(Object.entries(changes).map(([group, kinds]) => [group, Object.keys(kinds)])),
  weather: ['weather', 'weather', 'fair weather'],
  work: ['probe', 'probe', 'sweep', 'long pause'],
  process: ['crash', 'crash', 'restart', 'stopped', 'goes on'],
  clocks: ['server’s clock', 'own clock', 'backup taken', 'backup restored'],
  words: ['application notes', 'application notes', 'forged delivery', 'old delivery again'],
}
const usual: Record<string, number> = {
  entries: 4,
  branches: 4,
  pulls: 5,
  repositories: 2,
  weather: 3,
  work: 3,
  process: 2,
  clocks: 0.5,
  words: 2,
}

/** The steps of a history, all from its seed. Each history draws some kinds often and some never, so that all mixtures come. */
export function stepsOf(seed: number): Step[] {
  const chance = chanceOf(seed)
  const groups = Object.entries(usual).map(([group, weight]) => ({
    kinds: (happenings[group] ?? []).filter(() => chance.odds(0.7)),
    weight: weight * chance.one([0, 1, 1, 3]),
  }))
  const pool = groups.filter(({ kinds, weight }) => kinds.length > 0 && weight > 0)
  const all = pool.reduce((sum, { weight }) => sum + weight, 0)
  const hurry = chance.one([300, 3000, 10_000])
  return Array.from({ length: chance.between(4, 16) }, () => {
    let at = chance.random() * all
    const group = pool.find(({ weight }) => {
      at -= weight
      return at < 0
    })
    return {
      kind: chance.pick(group?.kinds ?? []) ?? 'long pause',
      seed: chance.below(2 ** 31),
      wait: chance.odds(0.3) ? 0 : chance.below(hurry),
    }
  })
}

import { chanceOf } from './chance.ts'
import { changes } from './changes.ts'

/** One thing that happens in a history. All that is random about it comes from its own seed, so that others can be left out. */
export type Step = { kind: string; seed: number; wait: number }

const happenings: Record<string, string[]> = {
  ...Object.fromEntries(Object.entries(changes).map(([group, kinds]) => [group, Object.keys(kinds)])),
  storms: ['weather', 'weather', 'fair weather'],
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
  storms: 3,
  work: 3,
  process: 2,
  clocks: 0.5,
  words: 2,
}

/** What hurts most when it comes one after the other; a group stands for any of its kinds. */
const motifs = [
  ['pulls', 'long pause', 'weather', 'probe', 'fair weather'],
  ['branches', 'long pause', 'weather', 'sweep', 'fair weather'],
  ['weather', 'pulls', 'branches', 'fair weather', 'probe'],
  ['weather', 'entries', 'sweep', 'fair weather'],
  ['weather', 'repositories', 'sweep', 'fair weather'],
  ['weather', 'branches', 'stopped', 'branches', 'long pause', 'goes on'],
  ['backup taken', 'branches', 'probe', 'backup restored'],
  ['weather', 'branches', 'entries', 'crash', 'pulls', 'restart'],
]

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
  const some = () => {
    let at = chance.random() * all
    const group = pool.find(({ weight }) => {
      at -= weight
      return at < 0
    })
    return chance.pick(group?.kinds ?? []) ?? 'long pause'
  }
  const kinds = Array.from({ length: chance.between(4, 16) }, some)
  if (chance.odds(0.3)) {
    const motif = (chance.pick(motifs) ?? []).map((kind) => chance.pick(happenings[kind] ?? [kind]) ?? kind)
    kinds.splice(chance.below(kinds.length), 6, ...motif)
  }
  return kinds.map((kind) => ({ kind, seed: chance.below(2 ** 31), wait: chance.odds(0.3) ? 0 : chance.below(hurry) }))
}

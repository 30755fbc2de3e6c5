import { chanceOf } from './chance.ts'
import { changes } from './changes.ts'
import { type Beat, motifs, troublesOf } from './motifs.ts'

/** One thing that happens in a history. All that is random about it comes from its own seed, so that others can be left out. */
export type Step = { kind: string; seed: number; wait: number }

const happenings: Record<string, string[]> = {
  ...Object.fromEntries(Object.entries(changes).map(([group, kinds]) => [group, Object.keys(kinds)])),
  storms: ['weather', 'weather', 'fair weather'],
  work: ['probe', 'probe', 'sweep', 'long pause'],
  process: ['crash', 'crash', 'restart', 'stopped', 'goes on'],
  clocks: ['server’s clock', 'own clock', 'backup taken', 'backup restored'],
  words: [
    'application notes',
    'application notes',
    'application corrects itself',
    'application closes a branch',
    'forged delivery',
    'old delivery again',
  ],
  ...troublesOf,
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
  words: 3,
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
  const some = () => {
    let at = chance.random() * all
    const group = pool.find(({ weight }) => {
      at -= weight
      return at < 0
    })
    return chance.pick(group?.kinds ?? []) ?? 'long pause'
  }
  const wait = () => (chance.odds(0.3) ? 0 : chance.below(hurry))
  const step = (kind: string, ms: number): Step => ({ kind, seed: chance.below(2 ** 31), wait: ms })
  const played = (motif: Beat[]): Step[] => {
    const steps: Step[] = []
    for (const beat of motif) {
      const [name, from, to] = typeof beat === 'string' ? [beat] : beat
      const ms = from === undefined ? wait() : chance.between(from, to ?? from)
      const last = steps.findLast(({ kind }) => isChange(kind))
      if (name === 'again') steps.push({ ...(last ?? step(some(), ms)), wait: ms })
      else steps.push(step(chance.pick(happenings[name] ?? [name]) ?? name, ms))
    }
    return steps
  }
  // What comes before the first sweep is over, that sweep sees.
  const calm = step('fair weather', chance.between(5000, 20_000))
  const motif = chance.odds(0.6) ? [...(chance.odds(0.7) ? [calm] : []), ...played(chance.pick(motifs) ?? [])] : []
  // A motif by itself shows what it is of; with much around it, what it is not.
  const around = motif.length === 0 ? chance.between(4, 16) : chance.one([0, 0, 1, 3, 12])
  const steps = Array.from({ length: around }, () => step(some(), wait()))
  steps.splice(chance.below(steps.length + 1), 0, ...motif)
  return steps
}

function isChange(kind: string): boolean {
  return Object.values(changes).some((kinds) => kind in kinds)
}

import { liveThrough, type Outcome } from './history.ts'
import type { Step } from './steps.ts'

/** What kind of violation it is: the word before the colon. */
function kindOf(violation: string): string {
  return violation.split(':')[0] ?? ''
}

/**
 * A shorter history that breaks the same promise: steps are left out by halves, quarters and so on, then one by one (delta
 * debugging), then waits are left out, for at most `most` tries.
 */
export async function shortened(
  seed: number,
  steps: Step[],
  violation: string,
  most = 150,
): Promise<{ steps: Step[]; outcome: Outcome }> {
  let best = steps
  let outcome: Outcome = { violation, story: [] }
  let tries = 0
  const isWrong = async (some: Step[]): Promise<boolean> => {
    if (++tries > most) return false
    const found = await liveThrough(seed, some)
    if (!found.violation || kindOf(found.violation) !== kindOf(violation)) return false
    best = some
    outcome = found
    return true
  }
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; ) {
      if (!(await isWrong([...best.slice(0, at), ...best.slice(at + size)]))) at += size
    }
  }
  for (let at = 0; at < best.length; at++)
    if (best[at]?.wait) await isWrong(best.map((step, index) => (index === at ? { ...step, wait: 0 } : step)))
  return { steps: best, outcome }
}

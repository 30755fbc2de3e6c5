import type { Step } from './steps.ts'
import { takeAway } from './without.ts'

/** A history, whole. */
export type History = { seed: number; steps: Step[] }

/** What a worker is told: which seeds to live through, every so many, or which histories; without which guard, and whether to end at the first violation. */
export type Work = {
  first: number
  count: number
  every: number
  given?: History[]
  without?: string
  untilFound?: boolean
}

/** What it says: how many it has lived through since it last said so, and a violation, shortened. */
export type Said = { lived: number; found?: History & { violation: string; story: string[] } }

// Told to end, it leaves nothing behind.
process.on('SIGTERM', () => process.exit(0))

process.on('message', async (message) => {
  const { first, count, every, given, without, untilFound } = message as Work
  if (without) takeAway(without)
  const { liveThrough } = await import('./history.ts')
  const { shortened } = await import('./shrink.ts')
  const { stepsOf } = await import('./steps.ts')
  const say = (said: Said) => new Promise<void>((done) => void process.send?.(said, undefined, undefined, () => done()))
  const seeds = Array.from({ length: Math.ceil(count / every) }, (_, at) => first + at * every)
  let lived = 0
  for (const { seed, steps } of given ?? seeds.map((seed) => ({ seed, steps: stepsOf(seed) }))) {
    const { violation } = await liveThrough(seed, steps)
    lived++
    if (violation) {
      const short = await shortened(seed, steps, violation)
      await say({
        lived,
        found: { seed, steps: short.steps, ...short.outcome, violation: short.outcome.violation ?? violation },
      })
      lived = 0
      if (untilFound) break
    }
    if (lived === 25) {
      await say({ lived })
      lived = 0
    }
  }
  await say({ lived })
  process.exit(0)
})

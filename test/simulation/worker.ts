import { takeAway } from './without.ts'

/** What a worker is told: which seeds to live through, every so many, without which guard, and whether to end at the first violation. */
export type Work = { first: number; count: number; every: number; without?: string; untilFound?: boolean }

/** What it says: how many it has lived through since it last said so, and a violation, shortened. */
export type Said = { lived: number; found?: { seed: number; violation: string; story: string[]; steps: string } }

// Told to end, it leaves nothing behind.
process.on('SIGTERM', () => process.exit(0))

process.on('message', async (message) => {
  const { first, count, every, without, untilFound } = message as Work
  if (without) takeAway(without)
  const { liveThrough } = await import('./history.ts')
  const { shortened } = await import('./shrink.ts')
  const { stepsOf } = await import('./steps.ts')
  const say = (said: Said) => new Promise<void>((done) => void process.send?.(said, undefined, undefined, () => done()))
  let lived = 0
  for (let seed = first; seed < first + count; seed += every) {
    // The first sweep, before any history, may show it already.
    const { violation } = await liveThrough(seed, stepsOf(seed)).catch((error: Error) => ({ violation: error.message }))
    lived++
    if (violation) {
      const short = without ? null : await shortened(seed, stepsOf(seed), violation)
      const story = short?.outcome.story ?? []
      const found = {
        seed,
        violation: short?.outcome.violation ?? violation,
        story,
        steps: JSON.stringify(short?.steps ?? []),
      }
      await say({ lived, found })
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

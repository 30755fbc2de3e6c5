// `npm run fuzz -- --cases 1000000 [--seed S] [--only NAME]`: hostile input without end, and what it costs.
import { endWith, readOptions, wholeNumber } from '../support/options.ts'
import { apiRequests } from './api-requests.ts'
import { branchNames } from './branch-names.ts'
import { deliveries } from './deliveries.ts'
import { entries } from './entries.ts'
import { type Figures, type RunOptions, runFuzz } from './run.ts'
import { trailers } from './trailers.ts'

const runs: Record<string, (options: RunOptions) => Promise<Figures>> = {
  entries: (options) => runFuzz(entries, options),
  trailers: (options) => runFuzz(trailers, options),
  'branch-names': (options) => runFuzz(branchNames, options),
  deliveries: (options) => runFuzz(deliveries, options),
  'api-requests': (options) => runFuzz(apiRequests, options),
}

const values = readOptions({
  cases: { type: 'string', default: '20000' },
  seed: { type: 'string' },
  only: { type: 'string' },
})
const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000_000), 0)
const cases = wholeNumber('cases', values.cases)
const say = (line: string) => process.stdout.write(`${line}\n`)

const { only } = values
const chosen = Object.entries(runs).filter(([name]) => only === undefined || name === only)
if (chosen.length === 0) endWith(`There is no ${only}: say --only ${Object.keys(runs).join(' or ')}.`)
for (const [name, run] of chosen) {
  say(`${name}: ${cases} cases from seed ${seed} on`)
  const onTenth = (done: number, { seconds, slowestMs, heap }: Figures) => {
    const pace = `${done} cases in ${seconds.toFixed(0)} s, ${Math.round(done / seconds)} a second`
    say(
      `${name}: ${pace}; the slowest took ${slowestMs.toFixed(1)} ms; heap ${heap[0]} MiB at first, ${heap[1]} MiB now`,
    )
  }
  const { slow } = await run({ cases, seed, onTenth })
  for (const one of slow) say(`${name}: over 100 ms: ${one}`)
}

// `npm run fuzz -- --cases 1000000 [--seed S] [--only NAME]`: hostile input without end, and what it costs.
import { parseArgs } from 'node:util'
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

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '20000' }, seed: { type: 'string' }, only: { type: 'string' } },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const say = (line: string) => process.stdout.write(`${line}\n`)

const { only } = values
const chosen = Object.entries(runs).filter(([name]) => only === undefined || name === only)
if (chosen.length === 0) throw new Error(`There is no ${only}: say --only ${Object.keys(runs).join(' or ')}.`)
for (const [name, run] of chosen) {
  say(`${name}: ${values.cases} cases from seed ${seed} on`)
  const { cases, seconds, slowestMs, slow, heap } = await run({ cases: Number(values.cases), seed })
  const pace = `${cases} cases in ${seconds.toFixed(0)} s, ${Math.round(cases / seconds)} a second`
  const [before, after] = heap
  say(`${name}: ${pace}; the slowest took ${slowestMs.toFixed(1)} ms; heap ${before} MiB, then ${after} MiB`)
  for (const one of slow) say(`${name}: over 100 ms: ${one}`)
}

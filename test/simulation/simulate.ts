import { parseArgs } from 'node:util'
import { guards } from './guards.ts'
import { simulate, told } from './pool.ts'

/**
 * `npm run simulate -- --seeds 1000000 [--first SEED]` lives through so many histories on every core and prints each violation, shortened.
 * `--guards` takes one guard after the other away and says how many histories it took to notice.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    first: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    guards: { type: 'boolean', default: false },
    guard: { type: 'string' },
  },
})
const count = Number(values.seeds)
const first = Number(values.first)
const print = (text: string) => void process.stdout.write(`${text}\n`)
let failed = false

async function plain(): Promise<void> {
  const began = Date.now()
  let shown = 0
  let saidAt = 0
  const { lived, found } = await simulate({
    first,
    count,
    onProgress: (done, all) => {
      for (const one of all.slice(shown)) print(told(one))
      shown = all.length
      if (Date.now() - saidAt < 5000) return
      saidAt = Date.now()
      print(
        `${done} of ${count} histories, ${((done * 1000) / (saidAt - began)).toFixed(1)} a second, ${shown} violations`,
      )
    },
  })
  print(
    `${lived} histories from seed ${first} in ${Math.round((Date.now() - began) / 1000)} s: ${found.length} violations.`,
  )
  failed = found.length > 0
}

async function withoutGuards(): Promise<void> {
  for (const { name } of guards.filter((one) => values.guard === undefined || one.name === values.guard)) {
    const { lived, found } = await simulate({ first, count, without: name })
    failed ||= found.length === 0
    const seen = found[0]
      ? `noticed after ${lived} histories (seed ${found[0].seed}: ${found[0].violation.slice(0, 100)})`
      : `NOT noticed in ${lived}`
    print(`${name}: ${seen.replaceAll('\n', ' ')}`)
  }
}

await (values.guards || values.guard !== undefined ? withoutGuards() : plain())
process.exitCode = failed ? 1 : 0

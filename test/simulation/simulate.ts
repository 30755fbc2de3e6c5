import { readFileSync, writeFileSync } from 'node:fs'
import { endWith, readOptions, wholeNumber } from '../support/options.ts'
import { type Caught, caughtFile, guards } from './guards.ts'
import { simulate, told } from './pool.ts'

/**
 * `npm run simulate -- --seeds 1000000 [--first SEED]` lives through so many histories on every core and prints each violation, shortened.
 * `--guards` takes one guard after the other away, says within how many histories that was noticed, and keeps the history that did so
 * in caught.json, for the tests; `--guard NAME` does so with one.
 */
const values = readOptions({
  seeds: { type: 'string', default: '10000' },
  first: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  guards: { type: 'boolean', default: false },
  guard: { type: 'string' },
})
const count = wholeNumber('seeds', values.seeds)
const first = wholeNumber('first', values.first, 0)
const names = guards.map(({ name }) => name)
if (values.guard !== undefined && !names.includes(values.guard))
  endWith(`There is no guard ${values.guard}: say --guard ${names.join(' or ')}.`)
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
  const caught: Caught = JSON.parse(readFileSync(caughtFile, 'utf8'))
  for (const { name } of guards.filter((one) => values.guard === undefined || one.name === values.guard)) {
    const { lived, found } = await simulate({ first, count, without: name })
    const [history] = found.toSorted((a, b) => a.seed - b.seed)
    failed ||= !history
    if (!history) {
      print(`${name}: NOT noticed in ${lived}`)
      continue
    }
    const { seed, steps, violation } = history
    const histories = seed - first + 1
    print(`${name}: noticed within ${histories} histories (seed ${seed}: ${JSON.stringify(violation.slice(0, 120))})`)
    caught[name] = { first, histories, seed, steps }
    writeFileSync(caughtFile, `${JSON.stringify(caught, null, 2)}\n`)
  }
}

await (values.guards || values.guard !== undefined ? withoutGuards() : plain())
process.exitCode = failed ? 1 : 0

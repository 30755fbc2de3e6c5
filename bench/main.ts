import { readOptions, wholeNumber } from '../test/support/options.ts'
import { backfillBench } from './backfill.ts'
import { reconcileBench } from './reconcile.ts'

/**
 * `npm run bench -- --rows 100000 --latency 2 --config config.json`: what a backfill costs those beside it, and what a reconcile costs
 * beside the way that it replaces, on a fake server whose answers take `latency` ms or on the server of a configuration. Prints
 * tables; writes nothing but to a temporary folder.
 */
const values = readOptions({
  rows: { type: 'string', default: '1000000' },
  latency: { type: 'string', default: '2' },
  config: { type: 'string' },
})
const rows = wholeNumber('rows', values.rows)
const latencyMs = wholeNumber('latency', values.latency, 0)
const say = (text: string) => process.stdout.write(`${text}\n\n`)

say(await backfillBench(rows))
const size = { entries: 949, repos: 60, pulls: 634, latencyMs }
say(await reconcileBench(size, values.config))

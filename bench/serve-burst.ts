import { readFileSync } from 'node:fs'
import { openServed } from '../test/stories/served.ts'
import { burst } from './serve-traffic.ts'

/** `node bench/serve-burst.ts`: 10,000 deliveries for one repository, as fast as they are taken, and what they cost the daemon. */
await using served = await openServed()
const { process: daemon } = await served.serve()
const before = cpuSeconds()
const { taken, seconds, refreshes } = await burst(served, 10_000)
const work = cpuSeconds() - before
process.stdout.write(
  `${taken} of 10,000 taken in ${seconds.toFixed(1)} s, ${refreshes} refreshes, ${work.toFixed(1)} s of the daemon's work\n`,
)

/** What the daemon has used of the processors, as Linux counts it. */
function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${daemon.pid}/stat`, 'utf8').split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

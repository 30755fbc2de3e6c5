import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import { openServed, type Running, type Served, until } from '../test/stories/served.ts'
import { readOptions, wholeNumber } from '../test/support/options.ts'
import { seededRandom } from '../test/support/seeded-random.ts'
import { changeOnce } from './serve-traffic.ts'

/**
 * `npm run soak -- --kills 1000 --seed 7`: `rfcached serve` killed again and again under traffic, at a random moment: at work, while
 * it starts, in its first sweep. After each kill the file is whole and holds every delivery that was answered 202, done or still
 * asked for; before the next round its rows are what a copy made from nothing holds.
 */
const values = readOptions({ kills: { type: 'string', default: '20' }, seed: { type: 'string' } })
const wanted = wholeNumber('kills', values.kills)
const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000), 0)
const random = seededRandom(seed)
const began = performance.now()
const seconds = () => Math.round((performance.now() - began) / 1000)
const say = (line: string) => process.stdout.write(`${line}\n`)
/** An organisation grows under traffic: after so many kills another one is begun, or making a copy from nothing takes all the time. */
const killsEach = 100

const killed = { atWork: 0, starting: 0, sweeping: 0 }
const counts = { ...killed, compared: 0, tornLogs: 0, changes: 0, accepted: 0, underWay: 0, asked: 0 }
const kills = () => counts.atWork + counts.starting + counts.sweeping
type Moment = keyof typeof killed

say(`${wanted} kills, seed ${seed}`)
while (kills() < wanted) await soak(Math.min(kills() + killsEach, wanted))
say(`${kills()} kills in ${seconds()} s: ${JSON.stringify(counts)}; every file whole, no row other than Gitea's`)
process.exit(0)

/** One organisation, until so many were killed in all. */
async function soak(most: number): Promise<void> {
  await using served = await openServed()
  const accepted = listen(served)
  using traffic = startTraffic(served)
  const first = await served.serve()
  first.process.kill('SIGTERM')
  await first.exit
  let heir = await served.serve({ swept: false })
  // How long it takes to listen and to be at rest, as the machine is just now: moments of kills are drawn from that.
  const usual = { listenMs: 1000, sweepMs: 1000 }
  const kill = async (moment: Moment, victim: Running) => {
    victim.process.kill('SIGKILL')
    const code = await victim.exit
    if (code !== 'SIGKILL') throw new Error(`kill ${kills()}: it had ended by itself with ${code}: ${victim.log()}`)
    counts[moment]++
    checkFile(served, accepted)
  }
  while (kills() < most) {
    traffic.flows = true
    await wait(random() * 1000)
    await kill('atWork', heir)
    const moment = random()
    if (moment < 0.4) await kill('starting', await startedFor(served, random() * 1.2 * usual.listenMs))
    else if (moment < 0.8) await kill('sweeping', await sweepingFor(served, random() * usual.sweepMs))
    traffic.flows = false
    const at = Date.now()
    heir = await served.serve({ swept: false })
    usual.listenMs = Date.now() - at
    await compare(served, heir, at)
    usual.sweepMs = Date.now() - at - usual.listenMs
    if (counts.compared % 20 === 0) say(`${kills()} kills, ${seconds()} s, ${JSON.stringify(counts)}`)
  }
}

/** Hands each webhook to whoever listens, once; gives the ids of those that were answered 202. */
function listen({ fake }: Served): Set<string> {
  const accepted = new Set<string>()
  fake.onDelivery(({ url, headers, body }) => {
    void request(url, { method: 'POST', headers, body }).then(
      async (answer) => {
        await answer.body.dump()
        if (answer.statusCode === 202) accepted.add(headers['X-Gitea-Delivery'] ?? '')
        if (answer.statusCode === 202) counts.accepted++
      },
      () => {},
    )
  })
  return accepted
}

/** Changes the organisation while it `flows`. */
function startTraffic({ world }: Served) {
  const traffic = { flows: false, [Symbol.dispose]: () => clearInterval(timer) }
  const timer = setInterval(() => {
    if (traffic.flows && random() < 0.5 && changeOnce(world, random)) counts.changes++
  }, 25)
  return traffic
}

async function startedFor(served: Served, ms: number): Promise<Running> {
  const started = served.start(['serve'])
  await wait(ms)
  return started
}

async function sweepingFor(served: Served, ms: number): Promise<Running> {
  const started = await served.serve({ swept: false })
  await wait(ms)
  return started
}

/** Once it is at rest, its rows are those of a copy made from nothing. */
async function compare(served: Served, heir: Running, startedAt: number): Promise<void> {
  await until('rest', () => isAtRest(served, startedAt), 120_000)
  const drift = await served.drift()
  if (drift.length > 0) throw new Error(`kill ${kills()}: ${JSON.stringify(drift.slice(0, 5))}\n${heir.log()}`)
  counts.compared++
  // Killed in the middle of a write: nothing is lost, and all is read again.
  if (heir.log().includes('write-ahead log is broken')) counts.tornLogs++
}

/** Whether the first sweep of a process that was started then is complete, and nothing is under way or due (a second look may be). */
function isAtRest(served: Served, startedAt: number): boolean {
  const since = new Date(Math.floor(startedAt / 1000) * 1000).toISOString().replace('.000', '')
  const swept = served.all(`SELECT 1 FROM jobs WHERE status LIKE 'completed%' AND started_at >= ?`, since)
  const asked = served.all('SELECT 1 FROM targets WHERE started_at IS NOT NULL OR due_at <= ?', Date.now())
  const running = served.all(`SELECT 1 FROM jobs WHERE status IN ('pending', 'running')`)
  return swept.length > 0 && asked.length + running.length === 0
}

/** The file is whole, has every delivery that was accepted, and each of these is done or asked for. */
function checkFile(served: Served, accepted: Set<string>): void {
  const [whole] = served.all('PRAGMA integrity_check')
  if (whole?.integrity_check !== 'ok') throw new Error(`kill ${kills()}: ${JSON.stringify(whole)}`)
  const kept = new Set(served.all('SELECT id FROM deliveries').map(({ id }) => id))
  for (const id of accepted)
    if (!kept.has(id)) throw new Error(`kill ${kills()}: the delivery ${id} was answered 202 and is not there`)
  const forgotten = served.all(`SELECT d.id, t.target FROM deliveries AS d JOIN targets AS t
    ON instr(' ' || d.targets || ' ', ' ' || t.target || ' ') AND t.due_at IS NULL AND t.started_at IS NULL AND coalesce(t.refreshed_at, 0) < d.received_at`)
  if (forgotten.length > 0) throw new Error(`kill ${kills()}: nobody asks for ${JSON.stringify(forgotten.slice(0, 3))}`)
  counts.underWay += served.all('SELECT 1 FROM targets WHERE started_at IS NOT NULL').length
  counts.asked += served.all('SELECT 1 FROM targets WHERE due_at IS NOT NULL').length
}

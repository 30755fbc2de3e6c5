import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { request } from 'undici'
import { openServed, until } from '../test/stories/served.ts'
import { seededRandom } from '../test/support/seeded-random.ts'
import { changeOnce } from './serve-traffic.ts'

/**
 * `npm run soak -- --kills 200 --seed 7`: `rfcached serve` killed again and again at a random moment, under traffic. After each kill
 * the file is whole and holds every delivery that was answered 202, done or still asked for; after each restart its rows are
 * what a copy made from nothing holds.
 */
const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' }, seed: { type: 'string' } } })
const kills = Number(values.kills)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const random = seededRandom(seed)
const say = (line: string) => process.stdout.write(`${line}\n`)
say(`${kills} kills, seed ${seed}`)

await using served = await openServed()
const accepted = new Set<string>()
const counts = { changes: 0, deliveries: 0, accepted: 0, underWay: 0, asked: 0 }
served.fake.onDelivery(({ url, headers, body }) => {
  counts.deliveries++
  void request(url, { method: 'POST', headers, body }).then(
    async (answer) => {
      await answer.body.dump()
      if (answer.statusCode === 202) accepted.add(headers['X-Gitea-Delivery'] ?? '')
    },
    () => {},
  )
})

const first = await served.serve()
first.process.kill('SIGTERM')
await first.exit

let busy = true
const traffic = (async () => {
  for (;;) {
    if (busy && changeOnce(served.world, random)) counts.changes++
    await wait(20 + random() * 60)
  }
})()
traffic.catch((error: unknown) => {
  throw error
})

const began = performance.now()
for (let kill = 1; kill <= kills; kill++) {
  busy = true
  const victim = served.start(['serve'])
  await wait(500 + random() * 4000)
  victim.process.kill('SIGKILL')
  const code = await victim.exit
  if (code !== 'SIGKILL') throw new Error(`kill ${kill}: it had ended by itself with ${code}: ${victim.log()}`)
  busy = false
  checkFile(kill)
  served.expireLease()
  const startedAt = Date.now()
  const heir = await served.serve({ swept: false })
  await until('rest', () => isAtRest(startedAt), 60_000)
  const drift = await served.drift()
  if (drift.length > 0) throw new Error(`kill ${kill}: ${JSON.stringify(drift.slice(0, 5))}\n${heir.log()}`)
  heir.process.kill('SIGKILL')
  await heir.exit
  served.expireLease()
  if (kill % 10 === 0)
    say(`${kill} kills, ${Math.round((performance.now() - began) / 1000)} s, ${JSON.stringify(counts)}`)
}
say(
  `${kills} kills in ${Math.round((performance.now() - began) / 1000)} s: ${JSON.stringify(counts)}; every file whole, no row other than Gitea's`,
)
await served[Symbol.asyncDispose]()
process.exit(0)

/** Whether the first sweep of a process that was started then is complete, and nothing is under way or due (a second look may be). */
function isAtRest(startedAt: number): boolean {
  const since = new Date(Math.floor(startedAt / 1000) * 1000).toISOString().replace('.000', '')
  const swept = served.all(`SELECT 1 FROM jobs WHERE status LIKE 'completed%' AND started_at >= ?`, since)
  const asked = served.all('SELECT 1 FROM targets WHERE started_at IS NOT NULL OR due_at <= ?', Date.now())
  const running = served.all(`SELECT 1 FROM jobs WHERE status IN ('pending', 'running')`)
  return swept.length > 0 && asked.length + running.length === 0
}

/** The file is whole, has every delivery that was accepted, and each of these is done or asked for. */
function checkFile(kill: number): void {
  const [whole] = served.all('PRAGMA integrity_check')
  if (whole?.integrity_check !== 'ok') throw new Error(`kill ${kill}: ${JSON.stringify(whole)}`)
  const kept = new Set(served.all('SELECT id FROM deliveries').map(({ id }) => id))
  for (const id of accepted)
    if (!kept.has(id)) throw new Error(`kill ${kill}: the delivery ${id} was answered 202 and is not there`)
  const forgotten = served.all(`SELECT d.id, t.target FROM deliveries AS d JOIN targets AS t
    ON instr(' ' || d.targets || ' ', ' ' || t.target || ' ') AND t.due_at IS NULL AND t.started_at IS NULL AND coalesce(t.refreshed_at, 0) < d.received_at`)
  if (forgotten.length > 0) throw new Error(`kill ${kill}: nobody asks for ${JSON.stringify(forgotten.slice(0, 3))}`)
  counts.accepted = accepted.size
  counts.underWay += served.all('SELECT 1 FROM targets WHERE started_at IS NOT NULL').length
  counts.asked += served.all('SELECT 1 FROM targets WHERE due_at IS NOT NULL').length
}

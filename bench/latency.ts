import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { parseConfig } from '../src/config.ts'
import { openMirror } from '../src/daemon.ts'
import { realEffects } from '../src/effects.ts'
import { type Door, openDoor } from '../src/gitea/door.ts'
import { createMetrics } from '../src/http/metrics.ts'
import { createServer } from '../src/http/server.ts'
import { createLog } from '../src/log.ts'
import { collectStatus } from '../src/status/collect.ts'
import { openStore } from '../src/store/store.ts'
import { createBell } from '../src/work/bell.ts'
import { jobsOf } from '../src/work/jobs.ts'
import { newPulse } from '../src/work/pulse.ts'
import { receive } from '../src/work/receive.ts'
import { runService } from '../src/work/service.ts'
import { commitFiles } from '../test/live/commit.ts'
import { makeOrganisation, type Organisation } from '../test/live/organisation.ts'
import { seedOrganisation } from '../test/live/seed.ts'
import { servers, skipped } from '../test/live/servers.ts'
import { readOptions, wholeNumber } from '../test/support/options.ts'

/**
 * `RFCACHED_LIVE_URL=… RFCACHED_LIVE_ADMIN=user:password npm run latency -- --changes 100`: from a delivery's arrival to a reader's
 * seeing its change, on a real server, changes more than 2 s apart: how much of it was waiting for the server's answers, and
 * how much was ours.
 */
const values = readOptions({ changes: { type: 'string', default: '100' } })
const changes = wholeNumber('changes', values.changes)
if (skipped) throw new Error(skipped)
const now = () => performance.timeOrigin + performance.now()
const secret = 'of-the-bench'
const apartMs = 2500

type Span = { from: number; to: number }
const asked: Span[] = []
/** When the first delivery of an event arrived. */
const arrivedAt = new Map<string, number>()

await using running = await servers.at(-1)!.start()
await using made = await makeOrganisation(running.site, `latency-${Date.now().toString(36)}`)
await seedOrganisation(made)
const folder = mkdtempSync(join(tmpdir(), 'rfcached-latency-'))
const service = await serve(made, join(folder, 'copy.sqlite'))
const reader = new Worker(new URL('seen.ts', import.meta.url), { workerData: { file: service.store.file } })
const seen: { seq: number; at: number }[] = []
reader.on('message', (one) => seen.push(one))
const rows: { kind: string; gitea: number; ours: number }[] = []
for (let at = 0; at < changes; at++) {
  const before = service.store.changes.latest()
  asked.length = 0
  const { kind, key } = await change(made, at)
  const seenAt = await seenFirst(before, key)
  const gitea = waited(asked, arrivedAt.get(kind) ?? Number.NaN, seenAt)
  rows.push({ kind, gitea, ours: seenAt - (arrivedAt.get(kind) ?? Number.NaN) - gitea })
  await wait(apartMs)
}
await reader.terminate()
await service.stop()
await rm(folder, { recursive: true })
print()

/** The three kinds of change in turn: a push, a pull's title, an entry's title; and the key of the row that a reader then sees moved. */
async function change({ site, org, people }: Organisation, at: number) {
  const word = `word ${at} ${Date.now()}`
  arrivedAt.clear()
  if (at % 3 === 0) {
    await commitFiles(site, `${org}/rfc-00`, 'main', { 'notes.txt': word })
    return { kind: 'push', key: `rfc-00 ${org}/rfc-00 main` }
  }
  if (at % 3 === 1) {
    const [pull] = await site.list<{ number: number }>(`/repos/${org}/rfc-00/pulls`)
    await site.call('PATCH', `/repos/${org}/rfc-00/pulls/${pull?.number}`, { by: people.alice, body: { title: word } })
    return { kind: 'pull_request', key: `${org}/rfc-00#${pull?.number}` }
  }
  const text = `---\nslug: rfc-07\ntitle: ${word}\nstate: super-draft\n---\nBody\n`
  await commitFiles(site, `${org}/meta`, 'main', { 'rfcs/rfc-07.md': text })
  return { kind: 'push', key: 'rfc-07' }
}

/** When the reader first saw that row moved. */
async function seenFirst(before: number, key: string): Promise<number> {
  for (let looks = 0; looks < 400; looks++) {
    const moved = service.store.changes.page(before, 1000).changes.find((one) => one.key === key)
    const at = moved && seen.find(({ seq }) => seq >= moved.seq)?.at
    if (at) return at
    await wait(50)
  }
  throw new Error(`No reader saw ${key} move for 20 s.`)
}

/** The daemon's parts in this process, so that its requests can be timed and a delivery's arrival noted. */
async function serve({ site, org, people, token }: Organisation, file: string) {
  const config = parseConfig(
    JSON.stringify({
      gitea: { url: site.url, org, metaRepo: 'meta', botUser: people.bot.login },
      database: file,
      log: { level: 'silent' },
    }),
    'bench',
  )
  const store = openStore(file, { now: Date.now })
  const opened = openDoor(new URL(site.url).origin, { connections: 4 })
  const log = createLog('silent')
  const mirror = openMirror(config, { value: token, source: 'bench' }, store, { door: timed(opened.door), log })
  const pulse = newPulse(Date.now())
  const bell = createBell()
  const stopping = new AbortController()
  const ended = runService({
    mirror,
    pulse,
    bell,
    retention: config.retention,
    signal: stopping.signal,
    abandon: () => {},
  })
  const app = createServer({
    access: { token: null, proxied: false, ownOrigin: null, now: Date.now },
    webhook: {
      secrets: [secret],
      receive: (delivery) => {
        if (!arrivedAt.has(delivery.event)) arrivedAt.set(delivery.event, now())
        const isNew = receive(mirror, delivery)
        bell.ring()
        return isNew
      },
      refused: () => {},
    },
    changes: store.changes.page,
    jobs: jobsOf(mirror, bell.ring),
    status: () => collectStatus({ picture: store.picture, effects: realEffects, giteaUrl: site.url, live: null }),
    metrics: createMetrics(),
    log,
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  store.jobs.request('reconcile', 'startup', new Date().toISOString())
  while (store.settings.get('last_complete') === null) await wait(200)
  await site.call('POST', `/orgs/${org}/hooks`, {
    body: {
      type: 'gitea',
      active: true,
      events: ['push', 'pull_request'],
      config: { url: `${address}/webhooks/gitea`, content_type: 'json', secret },
    },
  })
  await wait(6000)
  const stop = async () => {
    stopping.abort()
    await ended
    await app.close()
    store[Symbol.dispose]()
    await opened[Symbol.asyncDispose]()
  }
  return { store, stop }
}

function timed(door: Door): Door {
  return async (request) => {
    const from = now()
    try {
      return await door(request)
    } finally {
      asked.push({ from, to: now() })
    }
  }
}

/** How much of a time some request was under way, however many at once. */
function waited(spans: Span[], from: number, to: number): number {
  let end = from
  let sum = 0
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(span.from, end)
    const stop = Math.min(span.to, to)
    if (stop > start) sum += stop - start
    end = Math.max(end, stop)
  }
  return sum
}

function print(): void {
  const line = (name: string, of: typeof rows) => {
    const ours = of.map((row) => row.ours).toSorted((a, b) => a - b)
    const gitea = of.map((row) => row.gitea).toSorted((a, b) => a - b)
    const at = (sorted: number[], part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1)
    return `${name.padEnd(12)} ${of.length} changes: the server's answers ${at(gitea, 0.5)} ms (p99 ${at(gitea, 0.99)}), ours ${at(ours, 0.5)} ms (p99 ${at(ours, 0.99)}, most ${at(ours, 1)})`
  }
  const within = rows.filter(({ ours }) => ours <= 50).length
  const kinds = ['push', 'pull_request'].map((kind) =>
    line(
      kind,
      rows.filter((row) => row.kind === kind),
    ),
  )
  process.stdout.write(
    `${[...kinds, line('all', rows), `${within} of ${rows.length} within 50 ms beside the server's answers`].join('\n')}\n`,
  )
}

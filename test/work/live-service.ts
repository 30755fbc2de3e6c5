import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { configShape } from '../../src/config.ts'
import { openConfiguredStore, openMirror } from '../../src/daemon.ts'
import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeDoor } from '../../src/demo/door.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import type { Door } from '../../src/gitea/door.ts'
import { createLog } from '../../src/log.ts'
import { collectStatus } from '../../src/status/collect.ts'
import { createBell } from '../../src/work/bell.ts'
import type { JobKind } from '../../src/work/job-kinds.ts'
import { newPulse } from '../../src/work/pulse.ts'
import { receive } from '../../src/work/receive.ts'
import { runService } from '../../src/work/service.ts'
import { entryText } from '../support/entry-text.ts'
import { stepClock } from './step-clock.ts'

export type LiveService = Awaited<ReturnType<typeof startLiveService>>
const probeEveryMs = 300_000

/**
 * The service over a fake Gitea with three RFCs, its first whole sweep done; webhooks arrive as they arise, unless they are held
 * back. Time passes by hand, and no process, socket or timer is involved.
 */
export async function startLiveService({ dialect = 'gitea-1.26' as DialectName, away = false } = {}) {
  const clock = stepClock()
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-service-'))
  const file = join(folder, 'copy.sqlite')
  const fake = fakeGitea({ dialect, now: clock.now, random: clock.random, url: 'http://gitea.test' })
  const { world } = fake
  for (const login of ['rfc-bot', 'alice', 'reader']) world.user(login)
  world.organization('rfcs', 'rfc-bot').owners.add(world.user('owner').id)
  world.createRepo('rfcs/meta')
  const texts = ['alpha', 'beta', 'gamma'].map((slug) => [
    `rfcs/${slug}.md`,
    entryText(slug, { state: 'active', repo: `rfcs/${slug}` }),
  ])
  world.commit('rfcs/meta', 'main', { ...Object.fromEntries(texts), 'rfcs/delta.md': entryText('delta') })
  for (const slug of ['alpha', 'beta', 'gamma']) {
    world.createRepo(`rfcs/${slug}`)
    world.commit(`rfcs/${slug}`, 'main', { 'RFC.md': `# ${slug}\n` })
  }
  world.hook('rfcs', 'http://rfcached.test/', { secret: 'geheim' })

  if (away) fake.fail(() => ({ kind: 'status', status: 502 }))
  const config = configShape.parse({
    gitea: { url: 'http://gitea.test', org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' },
    database: file,
  })
  const token = { value: world.token('owner', ['read:repository', 'read:organization', 'read:issue']), source: 'test' }
  const asked: string[] = []
  let answering: Door = fakeDoor(fake)
  const door: Door = (request) => {
    asked.push(decodeURIComponent(request.path))
    return answering(request)
  }
  const open = () => {
    const store = openConfiguredStore(config, { effects: clock.effects })
    const stopping = new AbortController()
    const mirror = openMirror(config, token, store, {
      effects: clock.effects,
      door,
      log: createLog('silent'),
      signal: stopping.signal,
    })
    return { store, mirror, stopping }
  }

  const { store, mirror, stopping } = open()
  const db = new Sqlite(file)
  const bell = createBell()
  const due: number[] = []
  const pulse = newPulse(clock.now())
  const schedule = {
    probeEveryMs: () => probeEveryMs,
    fullEveryMs: () => 6 * 3_600_000,
    probesSince: (at: number) => due.filter((one) => one > at).length,
    nextProbe: () => new Date(clock.now() + probeEveryMs),
    nextFull: () => null,
  }
  const status = () =>
    collectStatus({
      picture: store.picture,
      effects: clock.effects,
      giteaUrl: config.gitea.url,
      live: { pulse, traffic: mirror.gitea.traffic, schedule },
    })
  const hear = (delivery: { headers: Record<string, string>; body: Buffer }) => {
    const id = delivery.headers['X-Gitea-Delivery'] ?? ''
    const isNew = receive(mirror, {
      id,
      event: delivery.headers['X-Gitea-Event'] ?? '',
      json: JSON.parse(delivery.body.toString()),
    })
    if (isNew) bell.ring()
    return isNew
  }
  fake.deliveries()
  fake.onDelivery(hear)
  const ending = new AbortController()
  const ended = runService({
    mirror,
    pulse,
    bell,
    retention: config.retention,
    signal: ending.signal,
    abandon: () => stopping.abort(),
  }).then(
    () => null,
    (error: unknown) => error,
  )
  const all = (sql: string, ...values: (string | number)[]) =>
    db.prepare<(string | number)[], Record<string, string | number | null>>(sql).all(...values)
  const job = (kind: JobKind) => store.jobs.request(kind, 'scheduled', new Date(clock.now()).toISOString()).id
  const live = {
    ...clock,
    fake,
    world,
    store,
    mirror,
    db,
    pulse,
    bell,
    hear,
    ended,
    all,
    /** Another process's hand on the same file and the same Gitea. */
    open,
    /** The paths asked since the last time this was called. */
    asked: () => asked.splice(0),
    /** Has every request answered by this from now on; nothing: by the fake. */
    answerWith: (other: Door = fakeDoor(fake)) => {
      answering = other
    },
    /** Tells the service to end, as a signal does. */
    stop: () => ending.abort(),
    /** From now on webhooks are lost. */
    loseWebhooks: () => fake.onDelivery(() => {}),
    hearWebhooks: () => fake.onDelivery(hear),
    /** Asks for a job, and lets it run and what it asks for. */
    run: async (kind: JobKind) => {
      const id = job(kind)
      await clock.pass(2)
      const row = store.jobs.byId(id)
      return { status: row?.status, message: row?.error_message, result: JSON.parse(row?.result ?? '{}') }
    },
    /** The cron's word that a probe is due now. */
    probeDue: () => void due.push(clock.now()),
    /** How the service is doing. */
    status,
    /** What `/healthz` says of that. */
    health: () => {
      const { healthy, sentence } = status().verdict
      return { ok: healthy, sentence }
    },
    head: (repo: string, branch: string) =>
      all(
        `SELECT head_sha FROM cached_branches WHERE repo = ? AND branch_name = ? AND state <> 'deleted'`,
        repo,
        branch,
      )[0]?.head_sha,
    pull: (repo: string, number: number) =>
      all('SELECT * FROM cached_prs WHERE repo = ? AND pr_number = ?', repo, number)[0],
    missed: () => Number(store.settings.get('missed_webhooks') ?? 0),
    async [Symbol.asyncDispose]() {
      ending.abort()
      stopping.abort()
      await ended
      await mirror[Symbol.asyncDispose]()
      store[Symbol.dispose]()
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await live.pass(1)
  if (away) return live
  const swept = await live.run('reconcile')
  if (swept.status !== 'completed') throw new Error(`the first sweep ended ${JSON.stringify(swept)}`)
  await live.pass(10)
  live.asked()
  return live
}

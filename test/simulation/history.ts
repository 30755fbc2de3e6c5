import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import type { DialectName } from '../../src/demo/dialect.ts'
import { describeRoutes } from '../../src/http/openapi.ts'
import { webhookRoutes } from '../../src/http/webhook.ts'
import type { Memory } from '../live/oracle/entries.ts'
import { type Chance, chanceOf } from './chance.ts'
import { changes } from './changes.ts'
import { simulatedClock } from './clock.ts'
import { settled } from './ground.ts'
import { meaningOf } from './meaning.ts'
import { fair, openNetwork, randomWeather, slow, weatherOf } from './network.ts'
import { type Process, startProcess } from './process.ts'
import type { Step } from './steps.ts'
import { newTimeline } from './timeline.ts'
import { expected, look, pullColumns, type Truth } from './truth.ts'
import { openUpstream, type Upstream } from './upstream.ts'
import { type Held, type Watcher, watch } from './watch.ts'

type Delivery = ReturnType<Upstream['fake']['deliveries']>[number]
/** What a change brought: known once it can be read, which its webhook may not wait for. */
type Cause = { event: number; moved: string[] }
type Accepted = { cause: Cause; isTold: (fact: string) => boolean; repoId: number }

export type Outcome = { violation: string | null; story: string[] }

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rfcached-simulation-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'copy.sqlite')
const seeded = join(folder, 'seeded.sqlite')

let current: { hear: (delivery: Parameters<Process['hear']>[0]) => boolean } | null = null
const inbox = Fastify()
describeRoutes(inbox)
inbox.register(webhookRoutes, {
  secrets: ['geheim'],
  receive: (delivery) => {
    if (!current) throw new Error('Nobody is there.')
    return current.hear(delivery)
  },
  refused: () => {},
})

await inbox.ready()

class Found extends Error {}

/** Lives through a history from its seed and its steps, and says what went wrong first; nothing: null. */
export async function liveThrough(seed: number, steps: Step[]): Promise<Outcome> {
  const broken = existsSync(seeded) ? null : await fillSeeded()
  if (broken) return { violation: `in the first sweep: ${broken}`, story: [] }
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  copyFileSync(seeded, file)
  return lived(seed, steps)
}

/** The first whole sweep of the organisation as every history finds it is done once a process. Says what went wrong in it. */
async function fillSeeded(): Promise<string | null> {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  const db = new Sqlite(file)
  db.exec(
    'CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT, repo TEXT, created_at TEXT)',
  )
  db.close()
  const { violation } = await lived(1, [{ kind: 'first sweep', seed: 1, wait: 0 }])
  if (!violation) copyFileSync(file, seeded)
  return violation
}

async function lived(seed: number, steps: Step[]): Promise<Outcome> {
  const story: string[] = []
  const history = openHistory(seed, story)
  try {
    for (const step of steps) await history.take(step)
    await history.conclude()
    return { violation: null, story }
  } catch (error) {
    if (error instanceof Found) return { violation: error.message, story }
    return { violation: `broken: ${error instanceof Error ? error.stack : error}`, story }
  } finally {
    await history.close()
  }
}

function openHistory(seed: number, story: string[]) {
  const general = chanceOf(seed)
  let chance = general
  const dialect = general.one<DialectName>(['gitea-1.26', 'gitea-1.26', 'forgejo-7'])
  const clock = simulatedClock(() => chance.random())
  const up = openUpstream({ dialect, now: clock.now })
  // The first sweep of the file that is given out is over.
  if (existsSync(seeded)) clock.beginAfter(3_600_000)
  const timeline = newTimeline()
  const doubtful = new Set<string>()
  const memory: Memory = new Map()
  const troubled = new Set<string>()
  const violations: string[] = []
  const outbox: Delivery[] = []
  const past: Delivery[] = []
  const accepted: Accepted[] = []
  const skew = { own: 0 }
  const processes: Process[] = []
  let blind = false
  let isSilent = false
  let isLate = false
  let isRestored = false
  let truth: Truth
  let watcher: Watcher | null = null
  const wrong = (what: string) => void violations.push(what)

  const network = openNetwork({
    fake: up.fake,
    clock,
    chance: () => chance,
    pageSize: general.one([null, null, 3]),
    isRich: (path) => {
      const repo = decodeURIComponent(/\/repos\/(.*)\/git\/refs$/.exec(path)?.[1] ?? '')
      const rows = [
        ...(watcher?.rows('cached_branches').values() ?? []),
        ...(watcher?.rows('cached_prs').values() ?? []),
      ]
      return repo !== 'rfcs/meta' && rows.filter((row) => row.repo === repo && row.state !== 'deleted').length > 7
    },
  })
  up.fake.onDelivery((delivery) => void outbox.push(delivery))

  const observe = (): { event: number; moved: string[] } => {
    truth = look(up, memory, ({ path, good }) => {
      doubtful.add(path.slice('rfcs/'.length, -'.md'.length))
      if (good) doubtful.add(good.fields.slug)
      if (good?.fields.repo) troubled.add(good.fields.repo.toLowerCase())
    })
    for (const { fields } of truth.owners)
      if (troubled.has(String(fields.repo).toLowerCase())) doubtful.add(fields.slug)
    return timeline.record(truth.facts)
  }
  observe()
  const committed = () => {
    if (network.lied()) timeline.forgive()
    watcher?.look()
  }
  const start = (): Process => {
    const process = startProcess({
      file,
      token: up.token,
      clock,
      network,
      random: () => chance.random(),
      skew: () => skew.own,
      committed,
    })
    processes.push(process)
    return process
  }
  const heads = () => processes.filter((one) => !one.life.dead && !one.isOver() && !one.sleeper.frozen)
  const alive = (): Process | undefined => heads().at(-1)

  /** Buries who died, and throws what was found. */
  const attend = async () => {
    for (const one of processes.filter(({ life, isOver }) => life.dead || isOver())) {
      processes.splice(processes.indexOf(one), 1)
      await one.end()
    }
    if (violations[0] !== undefined) throw new Found(violations[0])
  }
  const pass = async (ms: number) => {
    await clock.pass(ms)
    await attend()
  }
  const leap = async (ms: number) => {
    await clock.leap(ms)
    await attend()
  }

  /** The delivery arrives; accepted: it must never be forgotten. */
  const deliver = async ({ headers, body }: Delivery, cause: Cause | null) => {
    const to = alive()
    current = to ?? null
    const answer = await inbox.inject({ method: 'POST', url: '/webhooks/gitea', headers, payload: body })
    if ([200, 202].includes(answer.statusCode) && cause) note(body, headers['X-Gitea-Event'] ?? '', cause)
    return answer.statusCode
  }
  const note = (body: Buffer, event: string, cause: Cause) => {
    const payload = JSON.parse(body.toString())
    const repoId = payload.repository.id
    const held = watcher?.repos().get(repoId)
    if (!held || !(held.is_meta || held.rfc_slug)) return
    const number = payload.pull_request?.number ?? payload.number ?? payload.issue?.number
    const ref = String(payload.ref ?? '').replace('refs/heads/', '')
    const isTold = (name: string) => {
      if (event.startsWith('pull_request') || event === 'issue_comment') return name === `pull ${repoId} ${number}`
      if (!['push', 'create', 'delete'].includes(event)) return false
      if (name === `branch ${repoId} ${ref}`) return !held.is_meta || /^edit[-/]/.test(ref)
      if (ref !== held.default_branch) return false
      return name === `document ${ref} ${repoId}` || (held.is_meta === 1 && name.startsWith(`entry ${ref} `))
    }
    accepted.push({ cause, isTold, repoId })
  }

  /** What becomes of the webhooks of a change: at once, later, twice, never. */
  const send = async (deliveries: Delivery[], cause: Cause, when: Chance) => {
    for (const delivery of deliveries) {
      past.push(delivery)
      if (isSilent || when.odds(0.3)) continue
      const times = when.odds(0.15) ? 2 : 1
      for (let time = 0; time < times; time++) {
        if (when.odds(0.6)) await deliver(delivery, cause)
        else clock.at(clock.now() + when.below(when.one([1000, 60_000])), null, () => deliver(delivery, cause))
      }
    }
  }

  /** A change as Gitea makes it: some are seen by their webhook before anybody can read them. */
  const change = async (kind: string, act: (up: Upstream, chance: Chance) => string | undefined) => {
    const lag = isLate || chance.odds(0.2) ? chance.between(500, 3900) : 0
    const isProbed = chance.odds(isLate ? 0.9 : 0.4)
    isLate = false
    const before = lag > 0 ? up.fake.backup() : null
    const said = act(up, chance)
    const deliveries = outbox.splice(0)
    if (said === undefined) return
    if (/^(branch renamed|pull deleted|repository’s pulls)/.test(kind)) blind = true
    const cause = { event: Number.POSITIVE_INFINITY, moved: [] as string[] }
    const when = chance
    if (before) {
      const after = up.fake.backup()
      before()
      await send(deliveries, cause, when)
      const early = when.below(lag)
      await pass(early)
      if (isProbed) request(when.one(['probe', 'probe', 'reconcile']))
      await pass(lag - early)
      after()
    }
    Object.assign(cause, observe())
    if (!before) await send(deliveries, cause, when)
    story.push(`${kind}: ${said}${lag ? ` (seen ${lag} ms late)` : ''}, ${deliveries.length} deliveries`)
  }

  /** Cron asks; whoever dies in it is buried soon. */
  const request = (kind: Parameters<Process['request']>[0]) => {
    const one = alive()
    try {
      one?.request(kind)
    } catch (error) {
      if (!one?.life.dead) throw error
    }
  }

  const steps: Record<string, () => unknown> = {
    'first sweep': async () => {
      start().request('reconcile')
      await pass(20_000)
    },
    weather: () => {
      const weather = randomWeather(chance)
      network.setWeather(weather)
      story.push(`weather: ${JSON.stringify(weather)}`)
    },
    'fair weather': () => network.setWeather(fair),
    'slow answers': () => network.setWeather(slow),
    silence: () => {
      isSilent = true
    },
    'webhooks again': () => {
      isSilent = false
    },
    'seen late': () => {
      isLate = true
    },
    probe: () => request('probe'),
    sweep: () => request(chance.one(['reconcile', 'reconcile', 'rebuild'])),
    'long pause': async () => leap(chance.between(10_000, 900_000)),
    crash: () => {
      const one = alive()
      if (one) one.life.left = chance.one([0, chance.below(20), chance.below(300)])
    },
    restart: async () => {
      const one = alive()
      if (one) await one.end()
      if (one) processes.splice(processes.indexOf(one), 1)
      begin()
    },
    stopped: () => {
      const one = alive()
      if (!one || processes.length > 1) return
      one.sleeper.frozen = true
      start()
    },
    'goes on': () => {
      for (const one of processes) one.sleeper.frozen = false
    },
    'server’s clock': () => {
      up.server.skew += chance.one([-1, 1]) * chance.between(1, 4000) * 1000
      blind = true
    },
    'own clock': () => {
      skew.own += chance.one([-1, 1]) * chance.between(1, 4000) * 1000
    },
    'backup taken': () => {
      const restore = up.fake.backup()
      backup = restore
    },
    'backup restored': () => {
      if (!backup) return
      backup()
      isRestored = true
      observe()
    },
    'forged delivery': async () => {
      const real = chance.pick(past)
      if (!real) return
      const forged = { 'X-Gitea-Delivery': `forged-${chance.below(1e9)}`, ...unsigned(real.headers, chance) }
      const status = await deliver({ ...real, headers: { ...real.headers, ...forged } }, null)
      if (status < 400) wrong(`forged: a delivery without a right signature was answered ${status}`)
    },
    'old delivery again': async () => {
      const real = chance.pick(past)
      if (real) await deliver(real, null)
    },
    'application notes': () => {
      const pull = chance.pick([...(watcher?.rows('cached_prs').values() ?? [])])
      if (!pull) return
      writeAction(pull, chance, clock.now() + up.server.skew)
      watcher?.look()
    },
  }
  let backup: (() => void) | null = null

  const begin = () => {
    const one = start()
    if (chance.odds(0.3)) request('reconcile')
    return one
  }

  const take = async ({ kind, seed: own, wait }: Step) => {
    chance = chanceOf(own)
    if (processes.length === 0) begin()
    watcher ??= watch(file, timeline, doubtful, wrong)
    const group = Object.values(changes).find((kinds) => kind in kinds)
    if (group)
      await change(
        kind,
        (group as Record<string, (up: Upstream, chance: Chance) => string | undefined>)[kind] ?? (() => undefined),
      )
    else {
      if (kind !== 'weather') story.push(kind)
      const weather = weatherOf(kind, chance)
      if (weather) network.setWeather(weather)
      await steps[kind]?.()
    }
    await pass(wait)
  }

  /** Until nothing is asked any more and nothing is under way. */
  const drain = async (patience = Number.POSITIVE_INFINITY) => {
    const one = watcher
    if (!one) return
    const due = one.db.prepare<[number], number | null>(
      'SELECT min(max(due_at, not_before, begun_at + 2000)) FROM targets WHERE due_at IS NOT NULL AND failures < ?',
    )
    const busy = one.db.prepare<[number], number>(
      `SELECT (SELECT count(*) FROM targets WHERE started_at IS NOT NULL AND failures < ?) + (SELECT count(*) FROM jobs WHERE status IN ('pending', 'running'))`,
    )
    for (let turns = 0; turns < 200; turns++) {
      await pass(3000)
      const next = due.pluck().get(Math.min(patience, 1e9)) ?? null
      if (next === null && busy.pluck().get(Math.min(patience, 1e9)) === 0) return
      if (alive()?.pulse.refused) return
      if (next !== null) await leap(Math.min(Math.max(next - clock.now() - skew.own, 0), 900_000))
    }
    throw new Found(
      `stuck: ${JSON.stringify(one.db.prepare('SELECT * FROM targets WHERE due_at IS NOT NULL OR started_at IS NOT NULL').all())} ${JSON.stringify(one.db.prepare("SELECT * FROM jobs WHERE status IN ('pending', 'running')").all())}`,
    )
  }

  const isDoubtful = (fact: string) => doubtful.has(/^entry \w+ rfcs\/(.*)\.md$/.exec(fact)?.[1] ?? '')
  const isDefault = ({ default_branch }: Held, fact: string) =>
    !/^(entry|document) /.test(fact) || fact.split(' ')[1] === default_branch
  const isOff = ({ full_name }: Held) =>
    up.world.repositories().some((repo) => `rfcs/${repo.name}` === full_name && !repo.hasPulls)
  const remember = () => {
    const one = watcher
    if (!one) return
    for (const { cause, isTold, repoId } of accepted) {
      const held = one.repos().get(repoId)
      if (!held || !(held.is_meta || held.rfc_slug) || doubtful.has(held.rfc_slug ?? '')) continue
      if (timeline.isMixed(repoId) || timeline.now(`name ${repoId}`) === null) continue
      for (const name of cause.moved.filter(isTold)) {
        if (isDoubtful(name) || !isDefault(held, name) || (name.startsWith('pull ') && isOff(held))) continue
        const value = shownOf(one, held, name)
        if (value !== undefined && !timeline.heldSince(name, value, cause.event))
          throw new Found(`forgotten: a delivery told of ${name}, and it is still shown as ${value}`)
      }
    }
  }

  const compare = (when: string) => {
    const one = watcher
    if (!one) return
    const known = new Set(['rfcs/meta', ...[...truth.follows.keys()].map((id) => String(timeline.now(`name ${id}`)))])
    const noted = one.db.prepare<[], Parameters<typeof meaningOf>[1][number]>('SELECT * FROM actions').all()
    const want = expected(up, truth, (pulls) =>
      meaningOf(pulls, noted, new Set([...known].map((name) => name.toLowerCase()))),
    )
    const off = new Set(
      up.world
        .repositories()
        .filter(({ hasPulls }) => !hasPulls)
        .map((repo) => `rfcs/${repo.name}`),
    )
    for (const table of ['cached_rfcs', 'cached_branches', 'cached_prs'] as const) {
      const rows = [...one.rows(table)].filter(([, row]) => !one.isGone(table, row))
      const have = new Map(rows)
      for (const key of new Set([...have.keys(), ...want[table].keys()])) {
        const [is, must] = [have.get(key), want[table].get(key)]
        const row = is ?? must ?? {}
        const slug = String(row.rfc_slug ?? row.slug)
        const hangs = table === 'cached_rfcs' || row.repo !== 'rfcs/meta' || row.branch_name === 'main'
        if ((hangs && doubtful.has(slug)) || (table === 'cached_prs' && off.has(String(row.repo)))) continue
        if (!is || !must)
          throw new Found(`unequal ${when}: ${table} ${key} is ${is ? 'there, and should not be' : 'missing'}`)
        for (const [column, value] of Object.entries(must)) {
          const shown = column === 'problem' && is.problem !== null ? 'some' : is[column]
          // A date that Gitea could not show is asked again by a sweep.
          if (column === 'last_commit_at' && shown === null && when === 'after a probe') continue
          if (shown !== value)
            throw new Found(`unequal ${when}: ${table} ${key} ${column} is ${shown}, and should be ${value}`)
        }
      }
    }
  }

  const isBehind = ({ db }: Watcher) => {
    const updated = new Map(up.world.repositories().map((repo) => [repo.id, repo.updated * 1000]))
    const known = db.prepare<[], { id: number; updated_at: string }>('SELECT id, updated_at FROM repos').all()
    return known.some(({ id, updated_at }) => Date.parse(updated_at) > (updated.get(id) ?? Number.POSITIVE_INFINITY))
  }

  const conclude = async () => {
    if (!watcher) return
    chance = general
    network.setWeather(fair)
    for (const one of processes) {
      one.sleeper.frozen = false
      one.life.left = Number.POSITIVE_INFINITY
    }
    await pass(1000)
    if (!alive()) start()
    // Answers that hang end by their deadline, another's lease by its time.
    for (const ms of [200_000, 25_000, 200_000, 25_000]) {
      await leap(ms)
      await pass(600)
    }
    if (!alive()) start()
    await leap(25_000)
    await pass(600)
    // What is gone with its repository fails until a probe sees that.
    await drain(6)
    if (!alive()?.pulse.refused && !network.lied()) remember()
    // Only a time that went back shows that a backup was restored.
    if (isRestored && !isBehind(watcher)) blind = true
    alive()?.request('probe')
    await drain()
    // What an old page passed off as new hid, a sweep shows.
    if (!network.lied()) remember()
    if (!blind && !network.lied()) compare('after a probe')
    alive()?.request('reconcile')
    await drain()
    compare('after a sweep')
    if (general.odds(0.1)) {
      const { seq } = watcher
      const before = seq()
      alive()?.request('rebuild')
      await drain()
      if (seq() !== before) throw new Found('unequal: a rebuild changed what a sweep had made')
    }
  }

  const close = async () => {
    // The last to close writes the log back into the file, which a reader cannot.
    watcher?.db.close()
    watcher = null
    current = null
    for (const one of processes) await one.end()
    await settled()
  }
  return { take, conclude, close }
}

function unsigned(headers: Record<string, string>, chance: Chance): Record<string, string> {
  const value = chance.one(['', '0'.repeat(64), 'x'])
  return Object.fromEntries(Object.keys(headers).flatMap((name) => (/Signature/.test(name) ? [[name, value]] : [])))
}

function writeAction(pull: Record<string, string | number | null>, chance: Chance, now: number): void {
  const db = new Sqlite(file)
  const kinds = ['propose_rfc', 'open_body_edit_pr', 'open_claim_pr', 'open_branch_pr', 'withdraw_pr']
  const at = new Date(now + chance.one([0, -60_000, -600_000])).toISOString()
  db.prepare(
    'INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(
    chance.pick(kinds),
    pull.rfc_slug,
    pull.pr_number,
    chance.one(['erin', 'frank', '']),
    chance.one([null, String(pull.repo), 'rfcs/never-was']),
    at,
  )
  db.close()
}

/** How a fact is shown now; undefined where it is nobody's business. */
function shownOf(watcher: Watcher, held: Held, fact: string): string | null | undefined {
  const [what = '', ...words] = fact.split(' ')
  const rest = words.slice(1).join(' ')
  const rfcs = [...watcher.rows('cached_rfcs').values()]
  if (what === 'entry') {
    const row = rfcs.find(({ entry_path }) => entry_path === rest)
    return row && row.removed_at === null ? String(row.entry_sha) : undefined
  }
  if (what === 'document') {
    const row = rfcs.find(({ slug }) => slug === held.rfc_slug)
    return row?.document_sha === null ? null : row && String(row.document_sha)
  }
  if (what === 'branch') {
    const row = [...watcher.rows('cached_branches').values()].find(
      ({ repo, branch_name, state }) => repo === held.full_name && branch_name === rest && state !== 'deleted',
    )
    return row ? String(row.head_sha) : null
  }
  const row = watcher.rows('cached_prs').get(`${held.full_name}#${rest}`)
  if (!row || row.upstream_state === 'deleted') return held.is_meta ? undefined : null
  return JSON.stringify(pullColumns.map((column) => row[column] ?? null))
}

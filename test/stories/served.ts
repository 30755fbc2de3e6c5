import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { Agent, request } from 'undici'
import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeDoor } from '../../src/demo/door.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import { freePort } from '../../src/demo/free-port.ts'
import { serveFake } from '../../src/demo/serve-fake.ts'
import { realEffects } from '../../src/effects.ts'
import { compareFiles, type Drift } from '../../src/store/compare.ts'
import { openCopy } from '../support/copy.ts'
import { entryText } from '../support/entry-text.ts'

const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const secret = 'geheim'

export type Row = Record<string, string | number | null>
export type Running = { process: ChildProcess; log: () => string; exit: Promise<number | string> }
export type Served = Awaited<ReturnType<typeof openServed>>

/** Waits until `seen` gives something else than undefined or false, looking often. @throws Error when it takes longer than `ms`. */
export async function until<T>(
  what: string,
  seen: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 20_000,
): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const found = await seen()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`${what} did not happen in ${ms} ms`)
    await wait(10)
  }
}

/**
 * A fake Gitea behind real HTTP, its webhooks on, and a folder with a configuration for `rfcached`, which runs as a process of its
 * own: `serve` starts one, `run` runs a command to its end.
 */
export async function openServed({ dialect = 'gitea-1.26' as DialectName, probe = '0 0 1 1 *', settings = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-serve-'))
  const fake = fakeGitea({ dialect, now: Date.now, random: Math.random, url: 'http://gitea.test' })
  const { world } = fake
  for (const login of ['rfc-bot', 'alice']) world.user(login)
  world.organization('rfcs', 'rfc-bot').owners.add(world.user('owner').id)
  seed(world)
  const gitea = await serveFake(fake)
  const port = await freePort()
  const database = join(folder, 'copy.sqlite')
  const config = join(folder, 'config.json')
  const configured = {
    gitea: { url: gitea.url, org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' },
    database,
    listen: { port },
    reconcile: { probe, full: '0 0 1 1 *' },
    ...settings,
  }
  writeFileSync(config, JSON.stringify(configured))
  const token = world.token('owner', ['read:repository', 'read:organization', 'read:issue'])
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    // A process starts in half of the time when another that ended by itself left it compiled.
    NODE_COMPILE_CACHE: join(tmpdir(), 'rfcached-compiled'),
    RFCACHED_GITEA_TOKEN: token,
    RFCACHED_WEBHOOK_SECRET: secret,
  }
  const running = new Set<ChildProcess>()
  const agent = new Agent({ connections: 64 })
  const url = `http://127.0.0.1:${port}`
  world.hook('rfcs', `${url}/webhooks/gitea`, { secret })
  fake.deliveries()

  const start = (args: string[], { wrap = [] as string[], file = config } = {}): Running => {
    const [command = '', ...rest] = [...wrap, process.execPath, program, ...args, '--config', file]
    const child = spawn(command, rest, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (log += text))
    running.add(child)
    const exit = once(child, 'close').then(([code, signal]): number | string => code ?? signal)
    void exit.then(() => running.delete(child))
    return { process: child, log: () => log, exit }
  }
  const get = async (path: string) => {
    const { statusCode, body } = await request(`${url}${path}`, { dispatcher: agent })
    return { status: statusCode, json: (await body.json()) as Record<string, unknown> }
  }
  const all = (sql: string, ...values: (string | number)[]): Row[] => {
    using reader = openReader(database)
    return reader.db.prepare<(string | number)[], Row>(sql).all(...values)
  }
  const run = async (args: string[]) => {
    const started = start(args)
    return { code: await started.exit, out: started.log() }
  }

  return {
    fake,
    world,
    folder,
    config,
    configured,
    database,
    url,
    /** What no one may be shown. */
    secrets: [token, secret],
    start,
    run,
    get,
    all,
    /** Starts `rfcached serve`; resolves when it has listened, and by default when its first sweep is complete. */
    serve: async ({ wrap = [] as string[], file = config, swept = true } = {}): Promise<Running> => {
      const started = start(['serve'], { wrap, file })
      const dead = started.exit.then((code) => {
        throw new Error(`serve ended with ${code}: ${started.log()}`)
      })
      dead.catch(() => {})
      await Promise.race([until('listening', () => started.log().includes('"listening"'), 60_000), dead])
      const isSwept = () =>
        all(`SELECT 1 FROM jobs WHERE status LIKE 'completed%' AND triggered_by = 'startup'`).length > 0
      if (swept) await Promise.race([until('the first sweep', isSwept, 30_000), dead])
      return started
    },
    /** Posts a signed delivery; gives its status. */
    deliver: async (
      event: string,
      payload: object,
      { id = randomUUID() as string, by = secret, to = url } = {},
    ): Promise<number> => {
      const text = JSON.stringify(payload)
      const { statusCode, body } = await request(`${to}/webhooks/gitea`, {
        method: 'POST',
        dispatcher: agent,
        body: text,
        headers: {
          'content-type': 'application/json',
          'x-gitea-event': event,
          'x-gitea-delivery': id,
          'x-gitea-signature': createHmac('sha256', by).update(text).digest('hex'),
        },
      })
      await body.dump()
      return statusCode
    },
    /** What 20 s of its holder's silence do to the lease. */
    expireLease: (): void => {
      using writer = openWriter(database)
      const held = writer.db.prepare<[], string>(`SELECT value FROM settings WHERE name = 'lease'`).pluck().get()
      const [name] = held?.split(' ') ?? []
      if (name) writer.db.prepare(`UPDATE settings SET value = ? WHERE name = 'lease'`).run(`${name} ${Date.now() - 1}`)
    },
    /** Stops a process where it stands, but not in the middle of a write, which would keep everybody else from writing. */
    pause: async ({ process: child }: Running): Promise<void> => {
      using writer = openWriter(database)
      writer.db.exec('BEGIN IMMEDIATE')
      child.kill('SIGSTOP')
      await until('its pause', () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') T '))
      writer.db.exec('ROLLBACK')
    },
    /** Asks for a job as another process does, and waits for its end. */
    job: async (kind: string): Promise<Row> => {
      using writer = openWriter(database)
      const { lastInsertRowid } = writer.db
        .prepare(
          `INSERT INTO jobs (kind, status, triggered_by, created_at) VALUES (?, 'pending', 'manual:test', '2026-11-22T10:00:00Z')`,
        )
        .run(kind)
      const ended = () =>
        all('SELECT * FROM jobs WHERE id = ? AND completed_at IS NOT NULL', Number(lastInsertRowid))[0]
      return until(`the end of ${kind}`, ended, 30_000)
    },
    head: (repo: string, branch: string) =>
      all(
        `SELECT head_sha FROM cached_branches WHERE repo = ? AND branch_name = ? AND state <> 'deleted'`,
        repo,
        branch,
      )[0]?.head_sha,
    pull: (repo: string, number: number) =>
      all('SELECT * FROM cached_prs WHERE repo = ? AND pr_number = ?', repo, number)[0],
    /** Nothing is asked or under way, and no second look is due. */
    settled: () =>
      until(
        'rest',
        () =>
          all('SELECT 1 FROM targets WHERE due_at IS NOT NULL OR started_at IS NOT NULL OR again_at IS NOT NULL')
            .length === 0,
        40_000,
      ),
    /** Where the rows that live differ from those of a copy made from nothing now. */
    drift: async (): Promise<Drift[]> => {
      const door = fakeDoor(fake)
      using fresh = openCopy({ url: gitea.url, org: 'rfcs', token, bot: 'rfc-bot', door, effects: realEffects })
      await fresh.reconcile()
      return compareFiles(database, fresh.file).filter((one) => !isTombstone(one, all))
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) {
        child.kill('SIGCONT')
        child.kill('SIGKILL')
      }
      await Promise.all([...running].map((child) => once(child, 'close')))
      await agent.destroy()
      await gitea[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Three RFCs with repositories of their own, and one that is a super-draft. */
function seed(world: ReturnType<typeof fakeGitea>['world']): void {
  world.createRepo('rfcs/meta')
  const slugs = ['alpha', 'beta', 'gamma']
  const entries = slugs.map((slug) => [`rfcs/${slug}.md`, entryText(slug, { state: 'active', repo: `rfcs/${slug}` })])
  world.commit('rfcs/meta', 'main', { ...Object.fromEntries(entries), 'rfcs/delta.md': entryText('delta') })
  for (const slug of slugs) {
    world.createRepo(`rfcs/${slug}`)
    world.commit(`rfcs/${slug}`, 'main', { 'RFC.md': `# ${slug}\n` })
  }
}

/** What is gone stays as a row that says so; a copy made from nothing never had it. */
function isTombstone({ table, column, key, have, want }: Drift, all: Served['all']): boolean {
  if (column !== '(row)' || have !== 'there' || want !== 'missing') return false
  const [first = '', second = '', ...rest] = key.split(' ')
  if (table === 'cached_rfcs')
    return all('SELECT 1 FROM cached_rfcs WHERE slug = ? AND removed_at IS NOT NULL', key).length > 0
  if (table === 'cached_branches')
    return (
      all(
        `SELECT 1 FROM cached_branches WHERE rfc_slug = ? AND repo = ? AND branch_name = ? AND state = 'deleted'`,
        first,
        second,
        rest.join(' '),
      ).length > 0
    )
  return (
    all(`SELECT 1 FROM cached_prs WHERE repo = ? AND pr_number = ? AND state = 'deleted'`, first, Number(second))
      .length > 0
  )
}

function openWriter(file: string) {
  const db = new Sqlite(file, { timeout: 10_000 })
  return { db, [Symbol.dispose]: () => db.close() }
}

function openReader(file: string) {
  const db = new Sqlite(file, { readonly: true })
  return { db, [Symbol.dispose]: () => db.close() }
}

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import { serveFake } from '../../src/demo/serve-fake.ts'
import { runCli } from '../commands/cli.ts'
import { schemaSql } from '../store/earlier.ts'
import { entryText } from '../support/entry-text.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { active, readScopes } from './story.ts'

type Row = Record<string, unknown>

/** A fake behind real HTTP with two active RFCs and a super-draft, and a folder with a configuration for the real program. */
async function openDesk() {
  const fake = fakeGitea({ dialect: 'gitea-1.26', now: Date.now, random: seededRandom(1), url: 'http://127.0.0.1' })
  const { world } = fake
  for (const login of ['rfc-bot', 'reader']) world.user(login)
  world.organization('rfcs', 'rfc-bot')
  world.createRepo('rfcs/meta')
  world.commit('rfcs/meta', 'main', {
    'rfcs/alpha.md': active('alpha'),
    'rfcs/gamma.md': active('gamma'),
    'rfcs/beta.md': entryText('beta'),
  })
  for (const name of ['alpha', 'gamma']) {
    world.createRepo(`rfcs/${name}`)
    world.commit(`rfcs/${name}`, 'main', { 'RFC.md': `# ${name}\n` })
    world.commit(`rfcs/${name}`, 'topic', { 'a.txt': 'a\n' })
    world.openPull(`rfcs/${name}`, 'topic')
  }
  const served = await serveFake(fake)
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-desk-'))
  const database = join(folder, 'copy.sqlite')
  const config = join(folder, 'config.json')
  writeFileSync(join(folder, 'token'), world.token('reader', readScopes))
  const gitea = { url: served.url, org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot', tokenFile: 'token' }
  writeFileSync(config, JSON.stringify({ gitea, database }))
  const read = (sql: string): Row[] => {
    const db = new Sqlite(database, { readonly: true })
    try {
      return db.prepare<[], Row>(sql).all()
    } finally {
      db.close()
    }
  }
  return {
    fake,
    world,
    served,
    database,
    read,
    /** Runs `rfcached reconcile --once --json` with these options; its one object, its exit code and what it says beside. */
    async reconcile(...options: string[]) {
      const { code, out, err } = await runCli(['reconcile', '--once', '--json', '--config', config, ...options])
      return { code, err, said: out === '' ? null : JSON.parse(out) }
    },
    /** What it tells a person. */
    told: async () => (await runCli(['reconcile', '--once', '--config', config])).out,
    /** Changes the file as another program does. */
    write: (sql: string) => {
      const db = new Sqlite(database)
      db.exec(sql)
      db.close()
    },
    /** Every row of every table but those that tell of runs. */
    held: () => {
      const tables = read(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('jobs', 'sqlite_sequence', 'settings')",
      )
      return tables.map(({ name }) => [name, read(`SELECT * FROM ${name}`)])
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const live = "SELECT count(*) AS n FROM cached_branches WHERE state = 'open'"

describe.concurrent('reconcile --once ends', () => {
  test('with 0 when all is well, cold and again, and prints one object that says what moved', async () => {
    await using desk = await openDesk()
    const cold = await desk.reconcile()
    expect(cold).toMatchObject({ code: 0, err: '', said: { status: 'completed', problems: [], warnings: [] } })
    expect(cold.said.rows).toEqual({
      cached_rfcs: { new: 3, changed: 0, gone: 0 },
      cached_branches: { new: 5, changed: 0, gone: 0 },
      cached_prs: { new: 2, changed: 0, gone: 0 },
    })
    const second = await desk.reconcile()
    expect(second.code).toBe(0)
    expect(Object.values(second.said.rows)).toEqual([0, 1, 2].map(() => ({ new: 0, changed: 0, gone: 0 })))
    expect(second.said.requests).toBeLessThanOrEqual(2 * 2 + 10)
  })

  test('fault 17, 47: with 3 for a new problem and with 0 while it stands, listed both times, and the job’s row says so', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    desk.world.commit('rfcs/meta', 'main', { 'rfcs/beta.md': 'Broken.\n' })
    const problems = [{ path: 'rfcs/beta.md', message: expect.stringContaining('front matter') }]
    expect(await desk.reconcile()).toMatchObject({ code: 3, said: { status: 'completed_with_warnings', problems } })
    expect(await desk.reconcile()).toMatchObject({ code: 0, said: { status: 'completed', problems } })
    const jobs = desk.read('SELECT status, error_message, completed_at FROM jobs ORDER BY id')
    expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed_with_warnings', 'completed'])
    expect(jobs[1]).toMatchObject({
      error_message: expect.stringMatching(/^1 new problem in entries, 0 new warnings\. rfcs\/beta\.md: /),
    })
    expect(jobs.every(({ completed_at }) => completed_at !== null)).toBe(true)
  })

  test('fault 1, 18, 19: with 3 when a repository cannot be read: it keeps its rows, the others are refreshed, and with 0 when it can', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    for (const name of ['alpha', 'gamma']) desk.world.commit(`rfcs/${name}`, 'new', { 'b.txt': 'b\n' })
    desk.fake.fail(({ path }) => (path.includes('/alpha/git/refs') ? { kind: 'status', status: 404 } : undefined))
    const broken = await desk.reconcile()
    expect(broken).toMatchObject({ code: 3, said: { warnings: [expect.stringContaining('was not refreshed')] } })
    expect(desk.read(live)).toEqual([{ n: 6 }])
    desk.fake.fail(undefined)
    expect(await desk.reconcile()).toMatchObject({ code: 0, said: { warnings: [] } })
    expect(desk.read(live)).toEqual([{ n: 7 }])
  })

  test('with each warning and each problem said once, the new ones before those that stand', async () => {
    await using desk = await openDesk()
    const broken = Array.from({ length: 25 }, (_, at) => `rfcs/broken-${String(at).padStart(2, '0')}.md`)
    desk.world.commit('rfcs/meta', 'main', Object.fromEntries(broken.map((path) => [path, 'Broken.\n'])))
    await desk.reconcile()
    desk.world.commit('rfcs/meta', 'main', { 'rfcs/zeta.md': 'Broken.\n' })
    desk.fake.fail(({ path }) => (path.includes('/alpha/git/refs') ? { kind: 'status', status: 404 } : undefined))
    const told = await desk.told()
    expect(told.match(/was not refreshed/g)).toHaveLength(1)
    expect(told.match(/rfcs\/zeta\.md: /g)).toHaveLength(1)
    expect(told).toMatch(/26 problems in entries \(1 new\):\n {2}rfcs\/zeta\.md: .+\n {2}rfcs\/broken-00\.md: /)
    expect(told).toContain('1 warning (1 new):\n')
    expect(told).toMatch(/\nDone, with 1 new problem in entries and 1 new warning\.\n$/)
  })

  test('F13: with 2 when the token is refused in the middle: nothing is deleted, and a person is told what to do', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    const before = desk.read('SELECT * FROM cached_branches')
    desk.fake.fail(({ path }) => (path.includes('/git/refs') ? { kind: 'status', status: 401 } : undefined))
    const { code, err } = await desk.reconcile()
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('Gitea refused the token. Make a new one') })
    expect(desk.read('SELECT * FROM cached_branches')).toEqual(before)
    expect(desk.read("SELECT error_message FROM jobs WHERE status = 'failed'")).toEqual([
      { error_message: expect.stringContaining('Gitea refused the token.') },
    ])
  })

  test('F11: with 1 when Gitea is not there, and keeps every row', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    const before = desk.read('SELECT * FROM cached_rfcs')
    await desk.served[Symbol.asyncDispose]()
    const { code, err } = await desk.reconcile()
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('Nothing listens at') })
    expect(desk.read('SELECT * FROM cached_rfcs')).toEqual(before)
  })

  test('with 2 when there is no such meta repository, or no token: a person must act', async () => {
    await using desk = await openDesk()
    desk.world.renameRepo('rfcs/meta', 'other')
    desk.world.createRepo('rfcs/meta', { private: true })
    const hidden = await desk.reconcile()
    expect(hidden.code).not.toBe(0)
    expect(hidden.err).toContain('Gitea shows no repository rfcs/meta to this token.')
  })
})

describe.concurrent('--dry-run', () => {
  test('makes no file where there is none', async () => {
    await using desk = await openDesk()
    expect(await desk.reconcile('--dry-run')).toMatchObject({
      code: 0,
      said: { dry_run: true, rows: { cached_rfcs: { new: 3 } } },
    })
    expect(existsSync(desk.database)).toBe(false)
  })

  test('says what a reconcile would change, and changes no row', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    const before = desk.held()
    desk.world.commit('rfcs/meta', 'main', { 'rfcs/beta.md': null, 'rfcs/delta.md': entryText('delta') })
    desk.world.close('rfcs/alpha', 1)
    const rows = { cached_rfcs: { new: 1, changed: 0, gone: 1 }, cached_prs: { new: 0, changed: 1, gone: 0 } }
    expect(await desk.reconcile('--dry-run')).toMatchObject({ code: 0, said: { dry_run: true, rows } })
    expect(desk.held()).toEqual(before)
    expect(await desk.reconcile()).toMatchObject({ code: 0, said: { rows } })
  })
})

describe.concurrent('--verify', () => {
  test('fault 49: finds a tampered column, a row that should not be and one that is missing; --rebuild mends them', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    expect(await desk.reconcile('--verify')).toMatchObject({ code: 0, said: { drift: [] } })
    desk.write(`UPDATE cached_rfcs SET title = 'Tampered' WHERE slug = 'beta';
      UPDATE cached_prs SET description = 'Tampered' WHERE repo = 'rfcs/alpha';
      DELETE FROM cached_branches WHERE repo = 'rfcs/gamma' AND branch_name = 'topic'`)
    const before = desk.held()
    const { code, said } = await desk.reconcile('--verify')
    expect(code).toBe(3)
    expect(said.drift).toEqual([
      { table: 'cached_rfcs', key: 'beta', column: 'title', have: 'Tampered', want: 'The beta' },
      { table: 'cached_branches', key: 'gamma rfcs/gamma topic', column: '(row)', have: 'missing', want: 'there' },
      {
        table: 'cached_prs',
        key: expect.stringContaining('rfcs/alpha'),
        column: 'description',
        have: 'Tampered',
        want: '',
      },
    ])
    expect(desk.held()).toEqual(before)
    expect(await desk.reconcile('--rebuild')).toMatchObject({ code: 0 })
    expect(await desk.reconcile('--verify')).toMatchObject({ code: 0, said: { drift: [] } })
  })

  test('finds a tampered meaning of a pull, too', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    desk.write("UPDATE cached_prs SET state = 'withdrawn', opened_by = 'mallory' WHERE repo = 'rfcs/alpha'")
    const { said } = await desk.reconcile('--verify')
    expect(said.drift.map(({ column }: { column: string }) => column)).toEqual(['state', 'opened_by'])
    desk.write('CREATE TABLE app_migrated (x)')
    expect((await desk.reconcile('--verify')).said.drift).toEqual(said.drift)
  })
})

describe.concurrent('a file that is not ours', () => {
  const theirs = `CREATE TABLE cached_branches (rfc_slug TEXT, branch_name TEXT, state TEXT, PRIMARY KEY (rfc_slug, branch_name));
    CREATE TABLE users (name TEXT);
    INSERT INTO cached_branches VALUES ('alpha', 'topic', 'closed'), ('gamma', 'topic', 'open');
    INSERT INTO users VALUES ('alice')`

  test('is refused with 2 and left as it is to the last byte; --rebuild --adopt takes its place, with what the application had closed', async () => {
    await using desk = await openDesk()
    desk.write(theirs)
    const before = readFileSync(desk.database)
    for (const options of [[], ['--rebuild'], ['--dry-run'], ['--verify']]) {
      const { code, err } = await desk.reconcile(...options)
      expect({ code, err }, options.join()).toEqual({ code: 2, err: expect.stringContaining('--rebuild --adopt') })
      expect(readFileSync(desk.database).equals(before), options.join()).toBe(true)
    }
    expect(await desk.reconcile('--rebuild', '--adopt')).toMatchObject({ code: 0 })
    expect(desk.read("SELECT repo, state FROM cached_branches WHERE branch_name = 'topic' ORDER BY repo")).toEqual([
      { repo: 'rfcs/alpha', state: 'closed' },
      { repo: 'rfcs/gamma', state: 'open' },
    ])
    expect(desk.read('SELECT * FROM before_rfcached_cached_branches')).toHaveLength(2)
    expect(desk.read('SELECT * FROM users')).toEqual([{ name: 'alice' }])
  })

  test('and has no table in our way is left as it is to the last byte by what says that it changes nothing', async () => {
    await using desk = await openDesk()
    desk.write('CREATE TABLE users (name TEXT)')
    const before = readFileSync(desk.database)
    const looked = await desk.reconcile('--dry-run')
    expect(looked).toMatchObject({ code: 0, said: { dry_run: true, rows: { cached_rfcs: { new: 3 } } } })
    expect(readFileSync(desk.database).equals(before)).toBe(true)
    const { code, err } = await desk.reconcile('--verify')
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('no copy in the database') })
    expect(readFileSync(desk.database).equals(before)).toBe(true)
  })

  test('but an older rfcached’s, it is left as it is by what says that it changes nothing, and brought up to date by the rest', async () => {
    await using desk = await openDesk()
    desk.write(`${schemaSql(2)}; INSERT INTO settings VALUES ('schema', '2')`)
    const before = readFileSync(desk.database)
    for (const option of ['--dry-run', '--verify']) {
      const { code, err } = await desk.reconcile(option)
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringMatching(/older rfcached's .* Run `rfcached reconcile --once` first/),
      })
      expect(readFileSync(desk.database).equals(before), option).toBe(true)
    }
    expect(await desk.reconcile()).toMatchObject({ code: 0 })
    expect(await desk.reconcile('--verify')).toMatchObject({ code: 0, said: { drift: [] } })
  })

  test('F34: of a newer rfcached it is refused with 2 and left as it is', async () => {
    await using desk = await openDesk()
    await desk.reconcile()
    desk.write("UPDATE settings SET value = '999' WHERE name = 'schema'; PRAGMA wal_checkpoint(TRUNCATE)")
    const before = readFileSync(desk.database)
    const { code, err } = await desk.reconcile()
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('newer rfcached') })
    expect(readFileSync(desk.database).equals(before)).toBe(true)
  })
})

test.concurrent('F28: a writer that holds the file for a moment delays a sweep, and a reader that looks for long neither delays it nor sees it', async () => {
  await using desk = await openDesk()
  await desk.reconcile()
  desk.world.commit('rfcs/meta', 'main', { 'rfcs/beta.md': entryText('beta', { title: 'New' }) })
  const reader = new Sqlite(desk.database, { readonly: true })
  const writer = new Sqlite(desk.database)
  const title = reader.prepare("SELECT title FROM cached_rfcs WHERE slug = 'beta'").pluck()
  reader.exec('BEGIN')
  expect(title.get()).toBe('The beta')
  writer.exec('BEGIN IMMEDIATE')
  const sweep = desk.reconcile()
  await sleep(2500)
  writer.exec('COMMIT')
  expect(await sweep).toMatchObject({ code: 0, said: { rows: { cached_rfcs: { changed: 1 } } } })
  expect(title.get()).toBe('The beta')
  reader.exec('COMMIT')
  expect(title.get()).toBe('New')
  for (const db of [reader, writer]) db.close()
})

test.concurrent('F31: two at once end well: one works, the other follows it', async () => {
  await using desk = await openDesk()
  const [one, other] = await Promise.all([desk.reconcile(), desk.reconcile()])
  expect([one.code, other.code]).toEqual([0, 0])
  expect(desk.read('SELECT DISTINCT status FROM jobs')).toEqual([{ status: 'completed' }])
  expect(desk.read('SELECT count(*) AS n FROM cached_rfcs')).toEqual([{ n: 3 }])
})

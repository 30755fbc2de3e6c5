import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../src/demo/free-port.ts'
import { dialects } from '../demo/fake.ts'
import { type Finding, healthyPatient, scopes } from './patient.ts'

/** What keeps the rest from being tried. */
const beyondSignIn = ['repositories', 'organisations', 'issues', 'owner', 'meta repository', 'bot']

describe.concurrent('doctor', () => {
  test.each(dialects)('finds nothing to mend where all is well (%s)', async (dialect) => {
    await using patient = await healthyPatient({ dialect })
    const { code, status, findings } = await patient.examine()
    expect([...findings.values()].filter(({ status: its }) => !['ok', 'note'].includes(its))).toEqual([])
    expect([code, status]).toEqual([0, 'ok'])
    expect(findings.get('Gitea')?.message).toContain(
      { 'gitea-1.15': '1.15.11', 'gitea-1.26': '1.26.1', 'forgejo-7': 'Forgejo 7' }[dialect],
    )
    expect(findings.get('abilities')?.message).toMatch(
      {
        'gitea-1.15': /filter: no; file-contents: no; commit ranges: no/,
        'gitea-1.26': /filter: yes; file-contents: yes.*ranges: yes/,
        'forgejo-7': /filter: yes; file-contents: no; commit ranges: yes/,
      }[dialect],
    )
    expect(findings.get('bot')?.message).toBe('rfc-bot opens pull requests.')
  })

  test('names where a secret comes from, and never its value', async () => {
    await using patient = await healthyPatient()
    patient.config.gitea.tokenFile = 'gitea-token'
    const fromFile = await patient.examine()
    expect(fromFile.findings.get('token')?.message).toBe(
      `The token comes from the file ${join(patient.folder, 'gitea-token')}.`,
    )
    delete patient.config.gitea.tokenFile
    const fromEnvironment = await patient.examine({
      env: {
        RFCACHED_GITEA_TOKEN: patient.token,
        RFCACHED_WEBHOOK_SECRET: 'hush-hush',
        RFCACHED_API_TOKEN: 'hush-hush-hush-hush',
      },
    })
    expect(fromFile.findings.get('API token')).toMatchObject({
      status: 'note',
      message: 'There is no API token: the page and the API answer this machine only.',
    })
    expect(fromEnvironment.findings.get('API token')?.message).toContain('the environment variable RFCACHED_API_TOKEN')
    expect(fromEnvironment.findings.get('token')?.message).toBe(
      'The token comes from the environment variable RFCACHED_GITEA_TOKEN.',
    )
    expect(fromEnvironment.findings.get('webhook secret')?.message).toContain(
      'the environment variable RFCACHED_WEBHOOK_SECRET',
    )
    const asCredential = await patient.examine({ env: { CREDENTIALS_DIRECTORY: patient.folder } })
    expect(asCredential.findings.get('token')?.message).toBe(
      `The token comes from the credential ${join(patient.folder, 'gitea-token')}.`,
    )
    for (const { out, err } of [fromFile, fromEnvironment, asCredential]) {
      expect(out + err).not.toContain(patient.token)
      expect(out + err).not.toContain('hush-hush')
    }
  })

  test('examines the rest where there is no token', async () => {
    await using patient = await healthyPatient()
    patient.config.gitea.tokenFile = 'nowhere'
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('token')).toMatchObject({ status: 'failed', hint: expect.stringContaining('readable') })
    expect(findings.get('Gitea')?.status).toBe('ok')
    expect(findings.get('database')?.status).toBe('ok')
    expectSkipped(findings, ['sign-in', ...beyondSignIn], 'Not tried, because token failed.')
  })

  test('says that a wrong token is refused, and does not try what needs one', async () => {
    await using patient = await healthyPatient()
    const { code, findings } = await patient.examine({ tokenValue: 'f'.repeat(40) })
    expect(code).toBe(1)
    expect(findings.get('sign-in')).toMatchObject({
      status: 'failed',
      message: 'Gitea refused the token.',
      hint: expect.stringContaining('read:repository'),
    })
    expectSkipped(findings, beyondSignIn, 'Not tried, because sign-in failed.')
  })

  test('names every scope that a token lacks', async () => {
    await using patient = await healthyPatient({ dialect: 'forgejo-7' })
    const { code, findings } = await patient.examine({ tokenValue: patient.world.token('reader', []) })
    expect(code).toBe(1)
    expect(findings.get('repositories')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('[read:repository]'),
    })
    expect(findings.get('issues')).toMatchObject({ status: 'failed', message: expect.stringContaining('[read:issue]') })
    expect(findings.get('organisations')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('[read:organization]'),
    })
  })

  test('only warns of read:organization, without which the copy is made all the same', async () => {
    await using patient = await healthyPatient()
    const tokenValue = patient.world.token(
      'reader',
      scopes.filter((scope) => scope !== 'read:organization'),
    )
    const { code, status, findings } = await patient.examine({ tokenValue })
    expect([code, status]).toEqual([3, 'warnings'])
    expect(findings.get('owner')?.status).toBe('ok')
    expect(findings.get('meta repository')?.status).toBe('ok')
  })

  test('tells a missing organisation from a missing meta repository', async () => {
    await using patient = await healthyPatient()
    patient.config.gitea.org = 'gild'
    const noOwner = await patient.examine()
    expect(noOwner.code).toBe(1)
    expect(noOwner.findings.get('owner')).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('gitea.org'),
    })
    expectSkipped(noOwner.findings, ['meta repository', 'bot'], 'Not tried, because owner failed.')
    Object.assign(patient.config.gitea, { org: 'guild', metaRepo: 'metta' })
    const noMeta = await patient.examine()
    expect(noMeta.code).toBe(1)
    expect(noMeta.findings.get('owner')?.status).toBe('ok')
    expect(noMeta.findings.get('meta repository')).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('gitea.metaRepo'),
    })
  })

  test('warns of a meta repository that has another name now, or holds no entries', async () => {
    await using patient = await healthyPatient()
    patient.world.renameRepo('guild/meta', 'register')
    const renamed = await patient.examine()
    expect(renamed.code).toBe(3)
    expect(renamed.findings.get('meta repository')).toMatchObject({
      status: 'warning',
      message: 'The meta repository guild/meta is guild/register now.',
    })
    patient.world.createRepo('guild/site')
    patient.world.commit('guild/site', 'main', { 'index.html': 'hello' })
    patient.config.gitea.metaRepo = 'site'
    const other = await patient.examine()
    expect(other.findings.get('meta repository')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('no folder rfcs'),
    })
  })

  test('only says that the bot was not seen yet', async () => {
    await using patient = await healthyPatient()
    patient.config.gitea.botUser = 'reader'
    const { code, findings } = await patient.examine()
    expect(code).toBe(0)
    expect(findings.get('bot')).toMatchObject({ status: 'note', message: expect.stringContaining('spelled right?') })
  })

  test('says that nothing listens at a wrong address', async () => {
    await using patient = await healthyPatient()
    patient.config.gitea.url = `http://127.0.0.1:${await freePort()}`
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('Gitea')).toMatchObject({
      status: 'failed',
      message: `Nothing listens at ${patient.config.gitea.url}.`,
      hint: expect.stringContaining('gitea.url'),
    })
    expectSkipped(findings, ['abilities', 'clock', 'sign-in', ...beyondSignIn], 'Not tried, because Gitea failed.')
    expect(findings.get('database')?.status).toBe('ok')
  })

  test('knows a web page from Gitea, and a wrong path', async () => {
    await using patient = await healthyPatient()
    patient.fake.fail(() => ({ kind: 'html' }))
    const page = await patient.examine()
    expect(page.findings.get('Gitea')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('not JSON but text/html'),
    })
    patient.fake.fail(undefined)
    patient.config.gitea.url += '/git/'
    const path = await patient.examine()
    expect(path.code).toBe(1)
    expect(path.findings.get('Gitea')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no Gitea API'),
    })
  })

  test('knows a Gitea that asks everybody to sign in', async () => {
    await using patient = await healthyPatient()
    patient.fake.fail(({ headers }) => (headers.authorization ? undefined : { kind: 'status', status: 403 }))
    const { code, findings } = await patient.examine()
    expect(code).toBe(0)
    expect(findings.get('Gitea')?.message).toContain('to those who sign in')
    expect(findings.get('abilities')?.message).toContain('file-contents: yes')
  })

  test('does not wait for a server that asks to be left alone', async () => {
    await using patient = await healthyPatient()
    patient.fake.fail(() => ({ kind: 'status', status: 503, retryAfter: 60 }))
    const began = Date.now()
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('Gitea')).toMatchObject({ status: 'failed', message: expect.stringContaining('503') })
    expect(Date.now() - began).toBeLessThan(45_000)
  })

  test('warns of a clock that is more than two minutes off', async () => {
    await using ahead = await healthyPatient({ clockAhead: 300 })
    const { code, findings } = await ahead.examine()
    expect(code).toBe(3)
    expect(findings.get('clock')).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^Gitea's clock is (299|300) s ahead/),
    })
    await using behind = await healthyPatient({ clockAhead: -100 })
    const tolerated = await behind.examine()
    expect(tolerated.code).toBe(0)
    expect(tolerated.findings.get('clock')?.message).toMatch(/10[01] s behind/)
  })

  test('makes no database and leaves nothing behind by looking', async () => {
    await using patient = await healthyPatient()
    const { findings } = await patient.examine()
    expect(findings.get('database')?.message).toContain('There is no database')
    expect(readdirSync(patient.folder).sort()).toEqual(['config.json', 'gitea-token'])
  })

  test('says that the folder of the database is missing', async () => {
    await using patient = await healthyPatient()
    patient.config.database = 'nowhere/rfcs.sqlite'
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('database')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('does not exist'),
    })
    expectSkipped(findings, ['actions'], 'Not tried, because database failed.')
  })

  test.skipIf(process.getuid?.() === 0)('says that the folder of the database cannot be written', async () => {
    await using patient = await healthyPatient()
    mkdirSync(join(patient.folder, 'shut'))
    chmodSync(join(patient.folder, 'shut'), 0o555)
    patient.config.database = 'shut/rfcs.sqlite'
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('database')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('cannot be written'),
    })
  })

  test('leaves a file of a newer rfcached alone', async () => {
    await using patient = await healthyPatient()
    const file = join(patient.folder, 'rfcs.sqlite')
    using db = disposable(new Sqlite(file))
    db.exec(
      "CREATE TABLE entry_files (path); CREATE TABLE settings (name, value); INSERT INTO settings VALUES ('schema', '99')",
    )
    const before = readFileSync(file)
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('database')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('newer rfcached (schema 99'),
    })
    expect(readFileSync(file)).toEqual(before)
  })

  test("asks to adopt cached_* tables that are the application's own", async () => {
    await using patient = await healthyPatient()
    using db = disposable(new Sqlite(join(patient.folder, 'rfcs.sqlite')))
    db.exec('CREATE TABLE cached_rfcs (slug)')
    const { findings } = await patient.examine()
    expect(findings.get('database')).toMatchObject({ status: 'failed', hint: expect.stringContaining('--adopt') })
  })

  test('knows a file that is no database', async () => {
    await using patient = await healthyPatient()
    writeFileSync(join(patient.folder, 'rfcs.sqlite'), 'This is a text, not a database. '.repeat(100))
    const { code, findings } = await patient.examine()
    expect(code).toBe(1)
    expect(findings.get('database')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('not a whole SQLite file'),
    })
  })

  test("sees the application's actions, and which columns they lack", async () => {
    await using patient = await healthyPatient()
    using db = disposable(new Sqlite(join(patient.folder, 'rfcs.sqlite')))
    db.exec('CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind, rfc_slug, pr_number, on_behalf_of, created_at)')
    const { code, findings } = await patient.examine()
    expect(code).toBe(0)
    expect(findings.get('actions')).toMatchObject({
      status: 'ok',
      message: "The application's actions are seen, without repo.",
    })
  })

  test('ends with 2 where the configuration is wrong', async () => {
    await using patient = await healthyPatient()
    patient.config.gitea.organisation = 'guild'
    const { code, out, err } = await patient.examine()
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('organisation')
  })

  test('tells a person what to do, in lines that fit a terminal', async () => {
    await using patient = await healthyPatient()
    const { code, out } = await patient.examine({ args: [], tokenValue: 'wrong' })
    expect(code).toBe(1)
    expect(out).toContain('✗ sign-in')
    expect(out).toContain('→ Make a new one')
    expect(out).toContain('rfcached cannot work yet: 1 of 16 checks failed.')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})

function expectSkipped(findings: Map<string, Finding>, names: string[], message: string): void {
  for (const name of names) expect(findings.get(name)).toMatchObject({ status: 'skipped', message })
}

function disposable(db: Sqlite.Database) {
  return Object.assign(db, { [Symbol.dispose]: () => db.close() })
}

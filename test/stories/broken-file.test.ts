import { copyFileSync, readdirSync, renameSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { describe } from 'vitest'
import { createActions } from '../store/application.ts'
import { breakPages, cutShort, leavesOf, overwrite } from '../support/breaking.ts'
import { type Running, type Served, until } from './served.ts'
import { servedTest } from './served-test.ts'

const test = servedTest(aided)

/** Makes the file larger than one that is looked at whole at each start. */
const large = `WITH RECURSIVE rows (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM rows WHERE n < 2500)
  INSERT INTO actions (action_kind) SELECT hex(zeroblob(2000)) FROM rows`

function aided(served: Served) {
  const { database, world } = served
  return {
    ...served,
    /** A pull of the bot that the application opened for mara, a branch that it closed, and a feed that was read so far. */
    used: async (script = '') => {
      world.commit('rfcs/alpha', 'topic', { 'a.md': 'a' })
      world.commit('rfcs/alpha', 'other', { 'b.md': 'b' })
      const number = world.openPull('rfcs/alpha', 'topic', { by: 'rfc-bot', title: 'A', body: 'b' })
      const app = new Sqlite(database)
      createActions(app)
      app.exec(`INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of, repo)
        VALUES ('open_branch_pr', 'alpha', ${number}, 'mara', 'rfcs/alpha'); ${script}`)
      app.close()
      await until('the branch', () => served.head('rfcs/alpha', 'other'))
      const writer = new Sqlite(database)
      writer.exec(`UPDATE cached_branches SET state = 'closed' WHERE branch_name = 'other'`)
      writer.close()
      await served.settled()
      return number
    },
    ended: async ({ process, exit }: Running, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
      process.kill(signal)
      return exit
    },
    beside: () => readdirSync(served.folder).filter((name) => !/^(copy\.sqlite(-wal|-shm)?|.*\.json)$/.test(name)),
    whole: () => served.all('PRAGMA integrity_check')[0]?.integrity_check,
    latest: () => Number(served.all('SELECT max(seq) AS seq FROM changes')[0]?.seq),
    /** What differs from Gitea, but for what only the application can say. */
    differs: async () =>
      (await served.drift()).filter(({ have }) => have !== 'closed' && have !== 'mara' && have !== 'actions'),
  }
}

describe.concurrent('fault F30: a broken file', () => {
  test('with a broken page is set aside at the start, and what is only in it is kept', async ({ served, expect }) => {
    const first = await served.serve()
    const number = await served.used()
    const latest = served.latest()
    expect(await served.ended(first)).toBe(0)
    breakPages(served.database, leavesOf(served.database, 'cached_prs')[0]?.pageno ?? 0)
    const heir = await served.serve()
    expect(heir.log()).toMatch(
      /was broken .* it is now .*copy\.sqlite-broken-.* 1 actions .* 1 branches .* all there was/,
    )
    expect(served.beside()[0]).toMatch(/^copy\.sqlite-broken-/)
    await served.settled()
    expect(served.whole()).toBe('ok')
    expect(await served.differs()).toEqual([])
    expect(served.pull('rfcs/alpha', number)).toMatchObject({ opened_by: 'mara', opened_by_source: 'actions' })
    expect(served.all(`SELECT branch_name FROM cached_branches WHERE state = 'closed'`)).toEqual([
      { branch_name: 'other' },
    ])
    expect(served.latest()).toBeGreaterThan(latest)
  })

  test('that shows itself at work ends the daemon, whose next start mends it', async ({ served, expect }) => {
    const first = await served.serve()
    await served.used(large)
    await served.ended(first)
    breakPages(served.database, leavesOf(served.database, 'entry_files')[0]?.pageno ?? 0)
    const victim = served.start(['serve'])
    expect(await victim.exit).toBe(1)
    expect(victim.log()).toContain('shows itself broken: database disk image is malformed. Start rfcached again')
    expect(served.beside()).toEqual(['copy.sqlite-suspect'])
    const heir = await served.serve()
    expect(heir.log()).toMatch(/was broken .* 2501 actions .* 1 branches/)
    await served.settled()
    expect(served.whole()).toBe('ok')
    expect(await served.differs()).toEqual([])
    expect(served.beside().filter((name) => name.endsWith('suspect'))).toEqual([])
  })

  test('that is cut short is mended by a command too, which says so and ends with 3', async ({ served, expect }) => {
    const first = await served.serve()
    await served.used()
    const app = new Sqlite(served.database)
    // Then the schema, which tells whose the file is, is not what comes last in it.
    app.exec(`INSERT INTO actions (action_kind) SELECT hex(zeroblob(2000)) FROM pragma_function_list LIMIT 50`)
    app.close()
    await served.ended(first)
    cutShort(served.database, 0.9)
    expect(await served.run(['status'])).toMatchObject({ code: 2, out: expect.stringContaining('rfcached doctor') })
    expect(await served.run(['doctor'])).toMatchObject({ out: expect.stringContaining('docs/recovery.md') })
    expect(await served.run(['reconcile', '--once', '--verify'])).toMatchObject({
      code: 2,
      out: expect.stringContaining('docs/recovery.md'),
    })
    const { code, out } = await served.run(['reconcile', '--once'])
    expect(code).toBe(3)
    expect(out).toMatch(/rfcached: The database .* was broken/)
    expect(served.whole()).toBe('ok')
    expect(await served.differs()).toEqual([])
  })

  test('is never replaced while the application’s own tables are in it: all is red, and says what to do', async ({
    served,
    expect,
  }) => {
    const first = await served.serve()
    await served.used('CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (1)')
    await served.ended(first)
    const backup = `${served.database}.backup`
    copyFileSync(served.database, backup)
    breakPages(served.database, leavesOf(served.database, 'cached_prs')[0]?.pageno ?? 0)
    const red = await served.serve({ swept: false })
    const said =
      /the application's own tables are in it: users\. rfcached does not replace it\. Stop rfcached and the application/
    expect(red.log()).toMatch(said)
    expect(await served.get('/healthz')).toEqual({
      status: 503,
      json: { status: 'failing', message: expect.stringMatching(said) },
    })
    expect(await served.get('/api/v1/jobs')).toMatchObject({
      status: 503,
      json: { detail: expect.stringMatching(said) },
    })
    expect(await served.deliver('push', {})).toBe(503)
    expect(await served.run(['status'])).toMatchObject({ code: 1, out: expect.stringMatching(said) })
    expect(await served.run(['reconcile', '--once'])).toMatchObject({ code: 2, out: expect.stringMatching(said) })
    expect(await served.ended(red)).toBe(2)
    renameSync(backup, served.database)
    const id = served.world.commit('rfcs/alpha', 'later', { 'c.md': 'c' })
    await served.serve()
    await until('the push', () => served.head('rfcs/alpha', 'later') === id)
    await served.settled()
    expect(await served.differs()).toEqual([])
  })

  test('that was moved away is left for the one that is there', async ({ served, expect }) => {
    const first = await served.serve()
    await served.settled()
    for (const end of ['', '-wal', '-shm']) renameSync(served.database + end, `${served.database}.moved${end}`)
    expect(await first.exit).toBe(1)
    expect(first.log()).toContain('was moved or replaced. Start rfcached again')
    await served.serve()
    await served.settled()
    expect(await served.differs()).toEqual([])
  })

  test('that an application keeps open does not harm the new one', async ({ served, expect }) => {
    const first = await served.serve()
    await served.used()
    await served.ended(first)
    const app = new Sqlite(served.database)
    app.prepare('SELECT count(*) FROM actions').get()
    breakPages(served.database, leavesOf(served.database, 'cached_prs')[0]?.pageno ?? 0)
    await served.serve()
    app.exec(`INSERT INTO actions (action_kind, rfc_slug) VALUES ('late', 'alpha')`)
    app.close()
    const id = served.world.commit('rfcs/alpha', 'later', { 'c.md': 'c' })
    await until('the push', () => served.head('rfcs/alpha', 'later') === id)
    expect(served.whole()).toBe('ok')
    expect(served.all('SELECT action_kind FROM actions')).toEqual([{ action_kind: 'open_branch_pr' }])
    await served.settled()
    expect(await served.differs()).toEqual([])
  })
})

describe.concurrent('a write-ahead log', () => {
  test('that a kill left, and of which a page is broken, makes no mixture of two states', async ({
    served,
    expect,
  }) => {
    const first = await served.serve()
    await served.used()
    const app = new Sqlite(served.database)
    await until('an empty log', () => app.prepare('PRAGMA wal_checkpoint(TRUNCATE)').pluck().get() === 0)
    // What the log has of the document's page from before the change stays; what it has of the rest of the change does not.
    app.exec(`UPDATE cached_rfcs SET updated_at = updated_at WHERE slug = 'alpha'`)
    const lost = statSync(`${served.database}-wal`).size
    served.world.commit('rfcs/alpha', 'main', { 'RFC.md': `# Later\n${'text '.repeat(4000)}` })
    const document = () => served.all(`SELECT 1 FROM cached_rfcs WHERE document_body LIKE '# Later%'`)[0]
    await until('the document', document)
    await served.settled()
    app.pragma('wal_checkpoint(PASSIVE)')
    app.close()
    await served.ended(first, 'SIGKILL')
    overwrite(`${served.database}-wal`, lost + 2000, Buffer.from('broken'))
    const heir = await served.serve()
    expect(heir.log()).toMatch(/frame \d+ of its write-ahead log is broken/)
    await served.settled()
    expect(served.whole()).toBe('ok')
    expect(await served.differs()).toEqual([])
  })
})

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe } from 'vitest'
import { type Served, until } from './served.ts'
import { servedTest } from './served-test.ts'

const test = servedTest(aided)

function aided(served: Served) {
  const count = (table: string) => Number(served.all(`SELECT count(*) AS n FROM ${table}`)[0]?.n)
  return {
    ...served,
    count,
    push: (repo = 'rfcs/alpha', branch = 'topic') =>
      served.world.commit(repo, branch, { 'a.md': `${performance.now()}` }),
    heard: (since: number) => until('the delivery', () => count('deliveries') > since),
    exec: (sql: string) => {
      const db = new Sqlite(served.database, { timeout: 10_000 })
      db.exec(sql)
      db.close()
    },
    hang: (path: RegExp) => served.fake.fail((request) => (path.test(request.path) ? { kind: 'hang' } : undefined)),
    health: async () => {
      const { status, json } = await served.get('/healthz')
      return { status, message: String(json.message) }
    },
    pidOfHolder: () =>
      Number(String(served.all(`SELECT value FROM settings WHERE name = 'lease'`)[0]?.value).split(':').at(-2)),
    /** The configuration of a second daemon on the same file, with another part or listening elsewhere. */
    second: (other: object = { listen: { port: 0 } }) => {
      const file = join(served.folder, 'second.json')
      writeFileSync(file, JSON.stringify({ ...served.configured, ...other }))
      return file
    },
  }
}

const seconds = async (work: Promise<unknown>) => {
  const began = performance.now()
  await work
  return (performance.now() - began) / 1000
}

describe.concurrent('F7, F8: killed', () => {
  test('between the 202 and the refresh, it has the change after its restart', async ({ served, expect }) => {
    const first = await served.serve()
    served.hang(/rfcs\/alpha\//)
    const id = served.push()
    await served.heard(0)
    first.process.kill('SIGKILL')
    await first.exit
    served.expireLease()
    served.fake.fail(undefined)
    expect(served.head('rfcs/alpha', 'topic')).toBeUndefined()
    await served.serve()
    await until('the push', () => served.head('rfcs/alpha', 'topic') === id, 40_000)
    expect(served.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  test('in the middle of its first sweep, it leaves no job running and nothing under way', async ({
    served,
    expect,
  }) => {
    served.hang(/rfcs\/beta\//)
    const first = await served.serve({ swept: false })
    await until(
      'the sweep',
      () => served.all(`SELECT 1 FROM targets WHERE started_at IS NOT NULL AND target LIKE 'rfc-repo%'`)[0],
    )
    first.process.kill('SIGKILL')
    await first.exit
    served.expireLease()
    served.fake.fail(undefined)
    await served.serve()
    expect(served.all('SELECT status, error_message FROM jobs ORDER BY id')).toMatchObject([
      { status: 'failed', error_message: 'interrupted' },
      { status: 'completed' },
    ])
    await served.settled()
    expect(await served.drift()).toEqual([])
  })
})

describe.concurrent('fault 48, F33: told to stop', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)(
    'by %s with nothing to do, it ends at once with 0',
    async (signal, { served, expect }) => {
      const { process, exit } = await served.serve()
      process.kill(signal)
      expect(await seconds(exit)).toBeLessThan(4)
      expect(await exit).toBe(0)
      await expect(served.deliver('push', {})).rejects.toThrow(/ECONNREFUSED/)
      expect(served.all(`SELECT value FROM settings WHERE name = 'lease'`)).toEqual([])
    },
  )

  test('while Gitea does not answer, and while clients are slow, it ends within 10 s with 0, and its heir goes on', async ({
    served,
    expect,
  }) => {
    const { process, exit } = await served.serve()
    const slow = connect(Number(new URL(served.url).port), '127.0.0.1')
    slow.on('error', () => {})
    await once(slow, 'connect')
    slow.write(
      'POST /webhooks/gitea HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n',
    )
    const dripping = setInterval(() => slow.writable && slow.write(' '), 300)
    served.hang(/rfcs\/alpha\//)
    const id = served.push()
    await served.heard(0)
    process.kill('SIGTERM')
    expect(await seconds(exit)).toBeLessThan(10)
    expect(await exit).toBe(0)
    clearInterval(dripping)
    slow.destroy()
    served.fake.fail(undefined)
    await served.serve()
    await until('the push', () => served.head('rfcs/alpha', 'topic') === id)
  })

  test('in the middle of a sweep that waits to try again, it ends within 10 s with 0', async ({ served, expect }) => {
    served.fake.fail(({ path }) => (path.includes('rfcs/beta/') ? { kind: 'status', status: 502 } : undefined))
    const { process, exit } = await served.serve({ swept: false })
    await until('a failure', () => served.all('SELECT 1 FROM targets WHERE failures > 0')[0], 40_000)
    process.kill('SIGTERM')
    expect(await seconds(exit)).toBeLessThan(10)
    expect(await exit).toBe(0)
  })

  test('by SIGHUP, it says that this reopens nothing, and goes on', async ({ served }) => {
    const { process, log } = await served.serve()
    process.kill('SIGHUP')
    await until('the sentence', () => log().includes('SIGHUP reopens nothing'))
    const id = served.push()
    await until('the push', () => served.head('rfcs/alpha', 'topic') === id)
  })
})

test('with a wrong schedule, it says which one and ends with 2', async ({ served, expect }) => {
  const reconcile = { ...served.configured.reconcile, full: '17 */6 * *' }
  const { exit, log } = served.start(['serve'], { file: served.second({ reconcile }) })
  expect(await exit).toBe(2)
  expect(log()).toContain('reconcile.full is not a cron expression: 17 */6 * *. Write five fields')
})

describe.concurrent('a command that works itself, told to stop', () => {
  test.for(['SIGINT', 'SIGTERM'] as const)(
    'by %s while Gitea does not answer, ends with 1, says who stopped it, and leaves nothing under way',
    async (signal, { served, expect }) => {
      served.hang(/rfcs\/alpha\//)
      const { process, exit, log } = served.start(['reconcile', '--once'])
      await until('the rest of the sweep', () => log().includes('reading branches and pulls'), 60_000)
      process.kill(signal)
      expect(await exit).toBe(1)
      expect(log()).toMatch(/\nrfcached: stopped by manual:\S+\n$/)
      expect(served.all('SELECT status, stop_by = triggered_by AS by_who_asked FROM jobs')).toEqual([
        { status: 'failed', by_who_asked: 1 },
      ])
      expect(served.all(`SELECT value FROM settings WHERE name = 'lease'`)).toEqual([])
      expect(served.all('SELECT target FROM targets WHERE started_at IS NOT NULL')).toEqual([])
    },
  )
})

describe.concurrent('F31: more than one', () => {
  test('a CLI beside the daemon asks, and follows what the daemon does', async ({ served, expect }) => {
    const daemon = await served.serve()
    served.fake.onDelivery(() => {})
    const id = served.push()
    const { code, out } = await served.run(['reconcile', '--once', '--json'])
    expect(code).toBe(0)
    const said = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    expect(said).toMatchObject({ status: 'completed', rows: { cached_branches: { new: 1 } } })
    expect(served.head('rfcs/alpha', 'topic')).toBe(id)
    expect(served.pidOfHolder()).toBe(daemon.process.pid)
    expect(daemon.log()).toContain(`"job":${said.job_id},`)
  })

  test('of two CLIs at once, one works and the other follows', async ({ served, expect }) => {
    let listings = 0
    served.fake.fail(({ path }) => {
      if (path.includes('/rfcs/alpha/git/refs')) listings++
      return undefined
    })
    const both = await Promise.all([0, 1].map(() => served.run(['reconcile', '--once', '--json'])))
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const [one, other] = both.map(({ out }) => JSON.parse(out.trim().split('\n').at(-1) ?? ''))
    // They meet, unless the first has ended before the second has begun: then each has its own run.
    const met = one.job_id === other.job_id
    expect(listings).toBe(met ? 1 : 2)
    const [jobs] = served.all('SELECT count(*) AS runs, max(started_at) >= min(completed_at) AS apart FROM jobs')
    // Times are whole seconds: a run may begin and end in one.
    expect(jobs).toEqual(met ? { runs: 1, apart: expect.anything() } : { runs: 2, apart: 1 })
  })

  test('daemons on one file: one works, the other hears, and takes over when the first is gone', async ({
    served,
    expect,
  }) => {
    const first = await served.serve()
    const heir = await served.serve({ file: served.second() })
    expect(served.pidOfHolder()).toBe(first.process.pid)
    served.fake.onDelivery(() => {})
    const head = served.push()
    const repository = { id: served.world.repo('rfcs/alpha').id, full_name: 'rfcs/alpha', default_branch: 'main' }
    const to = /"address":"([^"]+)"/.exec(heir.log())?.[1] ?? ''
    expect(await served.deliver('push', { repository, ref: 'refs/heads/topic' }, { to })).toBe(202)
    await until('what the heir heard', () => served.head('rfcs/alpha', 'topic') === head)
    first.process.kill('SIGTERM')
    await first.exit
    await until('the heir', () => served.pidOfHolder() === heir.process.pid)
  })

  test('a daemon that is stopped beyond its lease writes nothing when it goes on, and ends', async ({
    served,
    expect,
  }) => {
    const first = await served.serve()
    await served.settled()
    served.hang(/rfcs\/alpha\//)
    served.push()
    await until('its refresh', () => served.all('SELECT 1 FROM targets WHERE started_at IS NOT NULL')[0])
    await served.pause(first)
    served.expireLease()
    served.fake.fail(undefined)
    const heir = await served.serve({ file: served.second(), swept: false })
    await until('the heir', () => served.pidOfHolder() === heir.process.pid)
    await served.settled()
    heir.process.kill('SIGTERM')
    expect(await heir.exit).toBe(0)
    // What it was told while it was stopped it may still ask for; it must not say that it read anything.
    const written = () => [
      served.count('changes'),
      served.all('SELECT target, begun_at, refreshed_at, read_from, failures FROM targets'),
    ]
    const before = written()
    first.process.kill('SIGCONT')
    expect(await first.exit).toBe(1)
    expect(first.log()).toContain('Another rfcached took over')
    expect(written()).toEqual(before)
  })
})

describe.concurrent('health', () => {
  test('is 503 before the first sweep is complete, 200 after it', async ({ served, expect }) => {
    served.hang(/rfcs\/beta\//)
    await served.serve({ swept: false })
    expect(await served.health()).toEqual({
      status: 503,
      message: expect.stringMatching(/^The first sweep is not complete yet: .+\.$/),
    })
    served.fake.fail(undefined)
  })

  test('tells that Gitea cannot be reached', async ({ served, expect }) => {
    const file = served.second({ gitea: { ...served.configured.gitea, url: 'http://127.0.0.1:9' } })
    await served.serve({ file, swept: false })
    await until(
      'the sentence',
      async () => String((await served.health()).message).includes('Nothing listens at http://127.0.0.1:9'),
      40_000,
    )
    expect((await served.health()).status).toBe(503)
  })

  test('tells that the token is refused, and is green again when it is not', async ({ served, expect }) => {
    await served.serve()
    expect((await served.health()).status).toBe(200)
    served.fake.fail(() => ({ kind: 'status', status: 401 }))
    expect(await served.job('probe')).toMatchObject({ status: 'failed' })
    expect(await served.health()).toEqual({
      status: 503,
      message: expect.stringMatching(/^Gitea refused the token\. Make a new one/),
    })
    served.fake.fail(undefined)
    await served.job('probe')
    expect((await served.health()).status).toBe(200)
  })

  test('F29: a start on a file that takes nothing goes on by itself when it does again', async ({ served }) => {
    const first = await served.serve()
    first.process.kill('SIGTERM')
    await first.exit
    served.exec(`CREATE TRIGGER full BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
    await served.serve({ swept: false })
    await until('the sentence', async () => String((await served.health()).message).includes('disk is full'))
    served.exec('DROP TRIGGER full')
    await until('health', async () => (await served.health()).status === 200)
  })

  test('F29: tells that the disk takes nothing, while deliveries are answered 503', async ({ served, expect }) => {
    // A limit on the size of files, its signal ignored, is the full disk that needs no administrator.
    await served.serve({ wrap: ['bash', '-c', `trap '' XFSZ; ulimit -f 1500; exec "$0" "$@"`] })
    const repository = { id: 99, full_name: 'others/x'.padEnd(400, 'x'), default_branch: 'main' }
    let status = 202
    for (let times = 0; times < 5000 && status === 202; times++) status = await served.deliver('push', { repository })
    expect(status).toBe(503)
    const other = new Sqlite(served.database)
    other.pragma('wal_autocheckpoint = 0')
    other.exec(`INSERT INTO settings (name, value) VALUES ('ballast', hex(zeroblob(2000000)))`)
    other.close()
    await until('the sentence', async () => /disk (I\/O error|is full)/.test(String((await served.health()).message)))
    expect((await served.health()).status).toBe(503)
  })
})

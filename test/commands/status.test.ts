import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { statusText } from '../../src/commands/status/text.ts'
import { type Status, statusShape } from '../../src/status/shape.ts'
import { house, minute } from '../status/house.ts'
import { openServed, type Served } from '../stories/served.ts'
import { runCli } from './cli.ts'

/** A file without a daemon, and a configuration that names it and where to ask. */
function closedHouse(port = 1) {
  const it = house()
  it.store.lease.release('here')
  const config = join(dirname(it.file), 'config.json')
  const gitea = { url: 'http://gitea.test/', org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' }
  writeFileSync(config, JSON.stringify({ gitea, database: it.file, listen: { port } }))
  return { ...it, config }
}

/** Something that listens and answers everything so. */
async function stranger(status: number, body: object) {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const told = (args: string[]) => runCli(['status', ...args])

describe('rfcached status beside a daemon', () => {
  let served: Served
  beforeAll(async () => {
    served = await openServed()
    await served.serve()
  })
  afterAll(() => served[Symbol.asyncDispose]())

  test('says first how we are doing, then each part, without colours into a pipe', async () => {
    const { code, out, err } = await told(['--config', served.config])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [verdict, , ...parts] = out.trimEnd().split('\n')
    expect(verdict).toMatch(/^✓ In sync with Gitea as of .+\.$/)
    expect(parts.flatMap((line) => /^\S+(?: \S+)?(?= {2,})/.exec(line)?.[0] ?? [])).toEqual([
      'service',
      'probe',
      'whole sweep',
      'queue',
      'jobs',
      'backfills',
      'deliveries',
      'repositories',
      'entries',
      'drift',
      'Gitea',
      'database',
    ])
    expect(out.replace(/\n {16}/g, ' ')).toMatch(
      /^Gitea +http:.+, Gitea 1\.26\.1, answers in \d+ ms, \d+ requests, 0 errors$/m,
    )
    expect(out).not.toContain('\u001b')
  })

  test('prints the daemon’s own words with --json', async () => {
    const { code, out, err } = await told(['--config', served.config, '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const status = statusShape.parse(JSON.parse(out))
    expect(status.started_at).not.toBeNull()
    expect(status.probe.next_at).not.toBeNull()
  })

  test('is told of by the daemon to Prometheus too, with what was measured as it happened', async () => {
    expect(await served.deliver('push', {})).toBe(202)
    await request(`${served.url}/webhooks/gitea`, { method: 'POST', body: '{}' })
    const { body } = await request(`${served.url}/metrics`)
    const lines = (await body.text()).split('\n')
    expect(lines).toContain('rfcached_healthy 1')
    expect(lines).toContain('rfcached_deliveries_total{status="202"} 1')
    expect(lines.some((line) => /^rfcached_deliveries_total\{status="4\d\d"\} 1$/.test(line))).toBe(true)
    for (const name of [
      'gitea_request_duration_seconds_count{status="200"}',
      'refresh_duration_seconds_count{kind="rfc-repo",outcome="done"}',
    ])
      expect(Number(lines.find((line) => line.startsWith(`rfcached_${name} `))?.split(' ')[1]), name).toBeGreaterThan(0)
  })

  test('ends with 1 when it fails', async () => {
    served.fake.fail(() => ({ kind: 'status', status: 401 }))
    await served.job('probe')
    const { code, out } = await told(['--config', served.config])
    expect(code).toBe(1)
    expect(out).toMatch(/^✗ Gitea refused the token\. Make a new one/)
  })
})

describe('rfcached status where no daemon answers', () => {
  test('says so, and what the file says', async () => {
    const { config, file } = closedHouse()
    const { code, out, err } = await told(['--config', config])
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out.replace(/\s+/g, ' ')).toContain(
      `No rfcached answers at http://127.0.0.1:1: ECONNREFUSED. This is what ${file} says.`,
    )
    expect(out).toMatch(/^✗ No process works on this database: start `rfcached serve`\./)
  })

  test('keeps standard output for the JSON', async () => {
    const { config } = closedHouse()
    const { out, err } = await told(['--config', config, '--json'])
    expect(statusShape.parse(JSON.parse(out)).started_at).toBeNull()
    expect(err).toMatch(/^No rfcached answers at .+\n$/)
  })

  test('shows the first of very many problems, and all of them with --json', async () => {
    const { config, sql } = closedHouse()
    sql(`WITH numbers (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM numbers WHERE at < 1000)
      INSERT INTO entry_files (path, blob, problem) SELECT 'rfcs/' || at || '.md', '', 'The title is missing.' FROM numbers`)
    const { out: text } = await told(['--config', config])
    expect(text.match(/The title is missing\./g)).toHaveLength(10)
    expect(text).toContain('1000 problems')
    expect(text).toContain('… and 990 more (--json has all)')
    const { out: json } = await told(['--config', config, '--json'])
    expect(statusShape.parse(JSON.parse(json)).problems).toHaveLength(1000)
  })

  test('without a copy says how to make one and ends with 2', async () => {
    const { config } = closedHouse()
    writeFileSync(
      config,
      JSON.stringify({
        gitea: { url: 'http://gitea.test/', org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' },
        database: 'none.sqlite',
        listen: { port: 1 },
      }),
    )
    const { code, err } = await told(['--config', config])
    expect(code).toBe(2)
    expect(err).toMatch(/There is no database .+none\.sqlite yet\. Run `rfcached reconcile --once`/)
  })

  const elsewhere = (status: Status) => ({ ...status, database: { ...status.database, path: '/other.sqlite' } })
  test.each<[string, number, (status: Status) => object, RegExp]>([
    ['something else', 404, () => ({}), /\(404\) is no rfcached of this version/],
    ['one that wants another token', 401, () => ({}), /does not tell us \(401\)/],
    ['one with another file', 200, elsewhere, /works on another file, \/other\.sqlite/],
  ])('because %s does, reads the file', async (_, status, body, words) => {
    const { config } = closedHouse(await stranger(status, body(house().status())))
    const { err } = await told(['--config', config, '--json'])
    expect(err).toMatch(words)
  })
})

test('the text tells of everything that is wrong, and what to do', () => {
  const it = house()
  const claimed = it.store.targets
  claimed.ask({ target: 'rfc-repo/2', at: it.now() })
  const claim = claimed.claim(it.now(), true)
  if (!claim) throw new Error('nothing was claimed')
  claimed.fail(claim, it.now(), it.now() + 90_000, 'Gitea answered 500.')
  it.sql(`INSERT INTO backfills (name, status, done, total, error_message, updated_at)
      VALUES ('search', 'failed', 250, 1000, 'no such column', '2026-11-22T10:00:00Z');
    INSERT INTO entry_files (path, blob, problem) VALUES ('rfcs/a.md', '', 'The title is missing.')`)
  it.pulse.refusals.byStatus.set('401', 3)
  it.store.settings.set('missed_webhooks', 1)
  const id = it.began('reconcile')
  it.store.jobs.progress(id, 'entries', 0, 400, it.text())
  it.pass(minute)
  it.store.jobs.progress(id, 'entries', 100, 400, it.text())
  const text = statusText(it.status(), null).replace(/\n {16}/g, ' ')
  expect(text).toContain('rfc-repo/2 failed 1 time, next try in 30 seconds: Gitea answered 500.')
  expect(text).toMatch(/#\d+ reconcile runs, entries: 100 of 400 \(25 %\), 1\.67 a second, 3 minutes to go/)
  expect(text).toMatch(/search failed, 250 of 1000 \(25 %\): no such column Try again: rfcached /)
  expect(text).toContain('refused 3 with 401; 1 change came without one')
  expect(text).toContain('1 failing rfcs/alpha: Gitea answered 500.')
  expect(text).toContain('rfcs/a.md: The title is missing.')
})

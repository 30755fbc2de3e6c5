import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openServed, type Served } from './served.ts'
import { active } from './story.ts'

const apiToken = 'api-token-that-nobody-guesses'
/** Clears a terminal, begins a line of its own, turns the direction of writing, closes HTML and SQL. */
const evil = `\u001b[2J\n✓ all is well\u009b31m\u202e<script>alert(1)</script>'; DROP TABLE jobs; --`

let served: Served
let log = ''
beforeAll(async () => {
  served = await openServed({ settings: { log: { level: 'trace' }, api: { tokenFile: 'api-token' } } })
  writeFileSync(join(served.folder, 'api-token'), apiToken)
  const { world } = served
  world.commit('rfcs/meta', 'main', {
    [`rfcs/${evil.replaceAll('/', '-')}.md`]: 'no front matter',
    'rfcs/evil.md': active('evil', { title: JSON.stringify(evil), repo: JSON.stringify(`rfcs/${evil}`) }),
    'rfcs/twice.md': `---\nslug: twice\n${JSON.stringify(evil)}: 1\n${JSON.stringify(evil)}: 2\n---\n`,
  })
  const branch = "x\u009b2J\u202e<script>'"
  world.commit('rfcs/alpha', branch, { 'a.txt': 'a' })
  world.openPull('rfcs/alpha', branch, { title: `${evil}\0end`, body: `${evil}\n\nOn-behalf-of: x <${evil}>` })
  const daemon = await served.serve()
  // One of 1.14, which sent its secret along.
  const old = { secret: served.secrets[1], ref: evil, repository: { id: 99, full_name: `rfcs/${evil}` } }
  expect(await served.deliver('push', old)).toBe(202)
  expect(await served.deliver('push', old, { by: 'guessed' })).toBe(401)
  await served.settled()
  log = daemon.log()
}, 120_000)
afterAll(() => served[Symbol.asyncDispose]())

const text = async (path: string) => (await request(`${served.url}${path}`)).body.text()
/** What a terminal would obey, line ends apart. */
const acting = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const lines = (all: string) => all.split('\n')

test('F17: what came from authors is kept as they wrote it', () => {
  expect(served.all(`SELECT title FROM cached_rfcs WHERE slug = 'evil'`)).toEqual([{ title: evil }])
  expect(served.all(`SELECT title FROM cached_prs WHERE repo = 'rfcs/alpha'`)).toEqual([{ title: `${evil}\0end` }])
  expect(served.all('SELECT count(*) AS problems FROM entry_files WHERE problem IS NOT NULL')).toEqual([
    { problems: 3 },
  ])
})

test.each([
  ['status'],
  ['status', '--json'],
  ['reconcile', '--once'],
  ['reconcile', '--once', '--json'],
  ['reconcile', '--once', '--verify'],
  ['doctor'],
])('a terminal obeys nothing of it, and no line is forged: rfcached %s %s %s', async (...args) => {
  const { out } = await served.run(args)
  expect(out.length).toBeGreaterThan(20)
  for (const line of lines(out)) {
    expect(line).not.toMatch(acting)
    expect(line).not.toMatch(/^\s*✓ all is well/)
  }
})

test('the log has one line an event, and nothing in it acts', () => {
  for (const line of lines(log.trimEnd())) {
    expect(line).not.toMatch(acting)
    expect(() => JSON.parse(line)).not.toThrow()
  }
})

test('the page shows it as text', async () => {
  const page = await text('/')
  expect(page).toContain('all is well')
  expect(page).not.toContain('<script>alert')
})

test('no secret is anywhere: page, status, metrics, description, jobs, log, file, commands', async () => {
  const paths = [
    '/',
    '/api/v1/status',
    '/metrics',
    '/openapi.json',
    '/api/v1/jobs',
    '/healthz',
    '/api/v1/changes?since=0',
  ]
  const shown = await Promise.all(paths.map(text))
  const said = await Promise.all(
    [['status'], ['status', '--json'], ['doctor', '--json'], ['reconcile', '--once', '--json']].map((args) =>
      served.run(args),
    ),
  )
  const kept = ['settings', 'jobs', 'deliveries', 'targets', 'repos'].map((table) =>
    JSON.stringify(served.all(`SELECT * FROM ${table}`)),
  )
  const everything = [...shown, ...said.map(({ out }) => out), ...kept, log].join('\n')
  expect(everything.length).toBeGreaterThan(10_000)
  for (const secret of served.secrets.concat(apiToken)) expect(everything).not.toContain(secret)
})

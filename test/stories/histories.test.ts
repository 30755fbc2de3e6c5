import { describe, expect, test } from 'vitest'
import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeDoor } from '../../src/demo/door.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import type { Fault } from '../../src/demo/faults.ts'
import { type Chance, chanceOf } from '../live/changes/scene.ts'
import { makeChanges } from '../live/changes.ts'
import { commitFiles } from '../live/commit.ts'
import { compare } from '../live/oracle/compare.ts'
import type { Memory } from '../live/oracle/entries.ts'
import { apiViews } from '../live/oracle/git-view.ts'
import { expectedRows } from '../live/oracle.ts'
import { makeOrganisation, type Organisation } from '../live/organisation.ts'
import { makeRepo, openFrom } from '../live/seed.ts'
import { openSite } from '../live/site.ts'
import { openCopy } from '../support/copy.ts'
import { entryText } from '../support/entry-text.ts'
import { handClock } from '../support/hand-clock.ts'
import { liveRows } from '../support/live-rows.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { dialects } from './story.ts'

const histories = Number(process.env.RFCACHED_HISTORIES ?? 15)
const changes = 20
const firstSeed = Number(process.env.RFCACHED_SEED ?? Date.now() % 100_000)
const url = 'http://127.0.0.1:3000'

describe.each(dialects)('on %s', (dialect) => {
  test(`fault 55: a rebuild equals what sweeps made of ${histories} histories of ${changes} changes (seeds from ${firstSeed})`, async () => {
    for (let seed = firstSeed; seed < firstSeed + histories; seed++) await liveThrough(dialect, seed, false)
  })

  test(`fault 55: and where half of the sweeps go wrong somewhere (seeds from ${firstSeed})`, async () => {
    for (let seed = firstSeed; seed < firstSeed + histories; seed++) await liveThrough(dialect, seed, true)
  })
})

/** Changes an organisation at random, with a sweep now and then; at its end three copies must show the same. */
async function liveThrough(dialect: DialectName, seed: number, withFaults: boolean): Promise<void> {
  const clock = handClock({ seed })
  const fake = fakeGitea({ dialect, now: clock.now, random: clock.random, url })
  fake.world.user('root', { isAdmin: true })
  const authorization = `Basic ${Buffer.from('root:passw0rd!x').toString('base64')}`
  const settle = async () => clock.pass(3)
  const site = openSite({ url, door: fakeDoor(fake), root: { login: 'root', authorization }, settle, now: clock.now })
  const made = await makeOrganisation(site, 'rfcs')
  await seedSmall(made)
  const options = {
    url,
    org: 'rfcs',
    token: made.token,
    bot: made.people.bot.login,
    door: fakeDoor(fake),
    effects: clock.effects,
  }
  using copy = openCopy(options)
  const chance = chanceOf(seededRandom(seed))
  const scene = { made, chance, note: () => {} }
  const memory: Memory = new Map()
  const expected = () =>
    expectedRows({ site: made.site, view: apiViews(made.site), org: 'rfcs', bot: options.bot, actions: [], memory })
  const story: string[] = []
  await copy.reconcile()
  for (let done = 0; done < changes; done += 5) {
    remember(memory, await expected())
    story.push(...(await makeChanges(scene, 5, async () => clock.pass(1))))
    if (withFaults && chance.odds(0.5)) {
      const fault = randomFault(chance)
      story.push(`a sweep with ${JSON.stringify(fault)}`)
      fake.fail(() => (chance.odds(0.1) ? fault : undefined))
      await copy.reconcile().catch(() => null)
      fake.fail(undefined)
    } else await copy.reconcile()
  }
  const told = `seed ${seed}: ${story.join(', ')}`
  if (withFaults) await copy.reconcile()
  else expect(compare(copy, await expected()).differences, told).toEqual([])
  using fresh = openCopy(options)
  await fresh.reconcile()
  const [swept, anew] = liveRows(copy, fresh)
  expect(swept, told).toEqual(anew)
  const before = copy.all('SELECT max(seq) AS seq FROM changes')
  await copy.reconcile({ rebuild: true })
  expect(copy.all('SELECT max(seq) AS seq FROM changes'), told).toEqual(before)
}

/** What a sweep saw of the entries is what it falls back on when one of them breaks. */
function remember(memory: Memory, { entries }: Awaited<ReturnType<typeof expectedRows>>): void {
  const paths = new Set(entries.map(({ path }) => path))
  for (const path of memory.keys()) if (!paths.has(path)) memory.delete(path)
  for (const { path, good } of entries) if (good) memory.set(path, good)
}

/** One that never makes a whole answer of a part: git/refs says no total, so that a short one could not be told. */
function randomFault({ pick }: Chance): Fault {
  const faults: Fault[] = [
    { kind: 'status', status: pick([500, 502, 404, 429]) },
    { kind: 'html' },
    { kind: 'nulls' },
    { kind: 'total', total: pick([0, 1, 999]) },
    { kind: 'truncate' },
    { kind: 'reset' },
  ]
  return pick(faults)
}

async function seedSmall(made: Organisation): Promise<void> {
  const { site, org, people } = made
  await makeRepo(made, 'meta', 'main', { 'README.md': '# RFCs\n' })
  for (const name of ['one', 'two']) await makeRepo(made, name, 'main', { 'RFC.md': `# ${name}\n` })
  const own = { one: 'active', two: 'active', three: 'super-draft', four: 'super-draft', five: 'withdrawn', six: null }
  const texts = Object.entries(own).map(([slug, state]) => [
    `rfcs/${slug}.md`,
    entryText(slug, { state, repo: state === 'active' ? `${org}/${slug}` : null }),
  ])
  await commitFiles(site, `${org}/meta`, 'main', Object.fromEntries(texts), { by: people.alice })
  for (const branch of ['edit-three-0a1b2c', 'claim/four', 'propose/seven'])
    await openFrom(made, `${org}/meta`, branch, 'main', { by: people.bot, body: 'On-behalf-of: Alice <alice>' })
  for (const branch of ['first', 'second', 'third'])
    await openFrom(made, `${org}/one`, branch, 'main', { by: people.alice, body: '' })
}

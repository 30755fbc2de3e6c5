import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import { serveFake } from '../../src/demo/serve-fake.ts'
import { type Effects, realEffects } from '../../src/effects.ts'
import { openDoor } from '../../src/gitea/door.ts'
import { handClock } from '../support/hand-clock.ts'
import { openSite, type Person, type Site } from './site.ts'

/** A server under test: the site its administrator drives, the effects its mirror runs with, and a moment's pause. */
export type Running = { site: Site; effects: Effects; isReal: boolean; pause: () => Promise<void> } & AsyncDisposable
export type Server = { name: string; start: () => Promise<Running> }

const { RFCACHED_LIVE_URL: liveUrl, RFCACHED_LIVE_ADMIN: liveAdmin } = process.env
const dialects: DialectName[] = ['gitea-1.15', 'gitea-1.26', 'forgejo-7']

/** The fake in its three dialects, and the real server that RFCACHED_LIVE_URL and RFCACHED_LIVE_ADMIN (user:password) name. */
export const servers: Server[] = [
  ...dialects.map((dialect) => ({ name: `a fake ${dialect}`, start: () => startFake(dialect) })),
  ...(liveUrl && liveAdmin ? [{ name: `the server at ${liveUrl}`, start: () => reachReal(liveUrl, liveAdmin) }] : []),
]

/** What to set where no real server is named; null where one is. */
export const skipped =
  liveUrl && liveAdmin ? null : 'no real server: set RFCACHED_LIVE_URL and RFCACHED_LIVE_ADMIN (user:password)'

async function startFake(dialect: DialectName): Promise<Running> {
  const clock = handClock()
  const fake = fakeGitea({ dialect, now: clock.now, random: clock.random, url: 'http://127.0.0.1' })
  fake.world.user('root', { isAdmin: true })
  const served = await serveFake(fake)
  const opened = openDoor(served.url, { connections: 4 })
  const settle = async () => clock.pass(3)
  const site = openSite({ url: served.url, door: opened.door, root: basic('root:passw0rd!x'), settle, now: clock.now })
  return {
    site,
    effects: clock.effects,
    isReal: false,
    pause: async () => clock.pass(1),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await served[Symbol.asyncDispose]()
    },
  }
}

/** A real server's queues are through some seconds after the last change. */
async function reachReal(url: string, admin: string): Promise<Running> {
  const opened = openDoor(new URL(url).origin, { connections: 4 })
  const settle = () => realEffects.sleep(4000)
  const site = openSite({ url, door: opened.door, root: basic(admin), settle, now: Date.now })
  return {
    site,
    effects: realEffects,
    isReal: true,
    pause: () => realEffects.sleep(100),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

function basic(pair: string): Person {
  return { login: pair.slice(0, pair.indexOf(':')), authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { IncompleteListing } from '../../src/errors.ts'
import { openGitea } from '../../src/gitea/gitea.ts'
import { believed, holdsStill, type Mirror, metaRepo, serverNow, timeNow, writeAll } from '../../src/refresh/mirror.ts'
import { handClock } from '../gitea/clock.ts'
import { mirrored, opened, own } from '../store/made.ts'

/** A mirror whose Gitea is never asked, on a clock moved by hand. */
function still(store = mirrored().store) {
  const clock = handClock()
  const door = () => Promise.reject(new Error('Nothing is to be asked here.'))
  const gitea = openGitea({ door, url: 'http://gitea.test', token: '', effects: clock.effects })
  const log = pino({ level: 'silent' })
  const mirror: Mirror = { gitea, store, log, effects: clock.effects, owner: 'rfcs', metaRepo: 'meta', botUser: 'bot' }
  return { mirror, clock }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('fault 44, F37: many rows are written', () => {
  test.each([
    [0, [0]],
    [1, [0]],
    [200, [0]],
    [201, [0, 200]],
    [450, [0, 200, 400]],
  ])(
    '%i of them so that others see %j when the next ones are written, and what comes last with the last',
    async (count, seen) => {
      const { store, app } = mirrored()
      const { mirror } = still(store)
      const visible = app.prepare<[], number>('SELECT count(*) FROM targets').pluck()
      const saw: unknown[] = []
      const write = (some: number[]) => {
        saw.push(visible.get())
        for (const number of some) store.targets.ask({ target: `pull/2/${number}`, at: 0 })
      }
      await writeAll(mirror, upTo(count), write, () => saw.push(`last ${visible.get()}`))
      expect(saw).toEqual([...seen, `last ${seen.at(-1)}`])
      expect(visible.get()).toBe(count)
    },
  )

  test('with a pause between, so that nobody waits for all of them', async () => {
    const { mirror } = still()
    let turns = 0
    setImmediate(function turn() {
      turns++
      if (turns < 10) setImmediate(turn)
    })
    const seen: number[] = []
    await writeAll(
      mirror,
      upTo(600),
      () => seen.push(turns),
      () => {},
    )
    expect(new Set(seen).size).toBe(3)
  })

  test('and those already written stay when a later one fails', async () => {
    const { mirror } = still()
    let last = false
    const write = (some: number[]) => {
      if (some.includes(300)) throw new Error('the disk is full')
      mirror.store.settings.set('owner_id', some.length)
    }
    await expect(
      writeAll(mirror, upTo(500), write, () => {
        last = true
      }),
    ).rejects.toThrow('the disk is full')
    expect([mirror.store.settings.get('owner_id'), last]).toEqual(['200', false])
  })
})

describe('a listing', () => {
  /** What is believed when a listing of so many rows lacks these, and those on a second look. */
  async function looked(live: number, ...looks: string[][]) {
    const { mirror, clock } = still()
    let reads = 0
    const outcome = believed(
      mirror,
      live,
      async () => looks[reads++] ?? [],
      (lost) => lost,
    )
    const believedIn = await clock.until(outcome, () => false)
    return { believedIn, reads, waited: clock.elapsed() }
  }
  const names = (count: number) => upTo(count).map(String)

  test('that lacks a few rows is believed at once', async () => {
    expect(await looked(10, names(5))).toMatchObject({ reads: 1, waited: 0 })
    expect(await looked(100, names(20))).toMatchObject({ reads: 1, waited: 0 })
  })

  test('fault 1: that lacks many is read again two seconds later, and believed when it lacks the same', async () => {
    const again = names(6).toReversed()
    expect(await looked(10, names(6), again)).toEqual({ believedIn: again, reads: 2, waited: 2000 })
    expect(await looked(100, names(21), names(21))).toMatchObject({ reads: 2, waited: 2000 })
    expect(await looked(6, names(6), names(6))).toMatchObject({ reads: 2 })
  })

  test('fault 1: that lacks others on a second look is incomplete', async () => {
    await expect(looked(10, names(6), [])).rejects.toBeInstanceOf(IncompleteListing)
    await expect(looked(10, names(6), names(7))).rejects.toBeInstanceOf(IncompleteListing)
  })
})

describe('fault 45: what was read of a repository is written only while it', () => {
  test('has the name and the RFC it had', () => {
    const { mirror } = still()
    const repo = mirror.store.repos.byId(2)!
    expect(() => holdsStill(mirror, repo)).not.toThrow()
    mirror.store.transaction(() => mirror.store.repos.follow(2, 'b'))
    expect(() => holdsStill(mirror, repo)).toThrow(IncompleteListing)
  })

  test('has not been renamed or dropped', () => {
    const { mirror } = still()
    const repo = mirror.store.repos.byId(2)!
    mirror.store.transaction(() => mirror.store.repos.rename(2, own, 'rfcs/new'))
    expect(() => holdsStill(mirror, repo)).toThrow(IncompleteListing)
    mirror.store.transaction(() => mirror.store.repos.drop(2))
    expect(() => holdsStill(mirror, repo)).toThrow(IncompleteListing)
  })
})

test('without a listing of repositories there is no meta repository to go by', () => {
  const { mirror } = still(opened())
  expect(() => metaRepo(mirror)).toThrow(IncompleteListing)
})

test('the server’s clock runs on from its latest answer, and is ours before there was one', () => {
  const { mirror, clock } = still()
  clock.pass(1000)
  expect(serverNow(mirror)).toBe(clock.effects.now())
  Object.assign(mirror.gitea.traffic, { serverTime: 5_000_000, serverTimeReadAt: clock.effects.now() })
  clock.pass(1500)
  expect(serverNow(mirror)).toBe(5_001_500)
  expect(timeNow(mirror)).toBe('2026-11-22T10:00:02Z')
})

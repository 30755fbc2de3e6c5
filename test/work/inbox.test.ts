import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBell } from '../../src/work/bell.ts'
import { createInbox } from '../../src/work/inbox.ts'
import { newPulse } from '../../src/work/pulse.ts'
import { openDesk } from './desk.ts'

let desk: ReturnType<typeof openDesk>
beforeEach(() => {
  desk = openDesk()
  desk.store.waitAtMost(0)
})
afterEach(() => desk[Symbol.asyncDispose]())

/** An inbox whose pauses move the clock, and what `during` does in each of them. */
function opened(during: (pauses: number) => void = () => {}) {
  let pauses = 0
  const effects = {
    now: desk.now,
    random: () => 0,
    sleep: async (ms: number) => {
      desk.pass(ms)
      during(++pauses)
    },
  }
  const pulse = newPulse(desk.now())
  const mirror = { store: desk.store, effects, owner: 'rfcs' }
  return { inbox: createInbox(mirror, pulse, createBell()), pulse, pauses: () => pauses }
}
const delivery = (id: string) => ({ id, event: 'push', json: {} })
const many = Array.from({ length: 30 }, (_, at) => delivery(`d-${at}`))
const lock = () => desk.db.exec('BEGIN IMMEDIATE')
const unlock = () => desk.db.exec('ROLLBACK')

test('deliveries that meet a lock are all kept once it is gone, in their order', async () => {
  lock()
  const { inbox, pulse } = opened((pauses) => pauses === 5 && unlock())
  expect(await Promise.all(many.map(inbox.hear))).toEqual(many.map(() => true))
  expect(desk.inbox().map((row) => (row as { id: string }).id)).toEqual(many.map(({ id }) => id))
  expect(pulse.troubles.size).toBe(0)
})

test('of many that meet a lock only the first tries, and none after its caller has gone', async () => {
  lock()
  const { inbox, pulse, pauses } = opened()
  const ended = await Promise.allSettled(many.map(inbox.hear))
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
  expect(pauses()).toBeLessThanOrEqual(20)
  expect(pulse.troubles.get('inbox')).toMatch(/locked/)
  unlock()
  expect(await inbox.hear(delivery('later'))).toBe(true)
  expect(pulse.troubles.size).toBe(0)
})

test('once it is closed nobody tries any more, and whoever waited is answered', async () => {
  lock()
  const { inbox } = opened((pauses) => pauses === 3 && void inbox[Symbol.asyncDispose]())
  const ended = await Promise.allSettled(many.map(inbox.hear))
  unlock()
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
  expect(desk.inbox()).toEqual([])
})

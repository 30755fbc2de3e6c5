import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFile } from './file.ts'

let file: ReturnType<typeof openFile>
beforeEach(() => {
  file = openFile()
})
afterEach(() => file[Symbol.dispose]())

const targets = () => file.store.targets
const ask = (target: string, other: object = {}) => targets().ask({ target, at: file.now(), ...other })
/** As a webhook asks. */
const told = (target: string) => ask(target, { priority: 1, againAt: file.now() + 5000 })
const claim = () => targets().claim(file.now(), true)
const settle = (target: string) => targets().settle(target, file.now(), file.now())
const fail = (claimed: ReturnType<typeof claim>, wait: number) => {
  if (claimed) targets().fail(claimed, file.now(), file.now() + wait, 'no')
}
/** Claims and settles whatever is due for so long, a look every so many ms; gives the times of each, in ms from now. */
function worked(ms: number, { every = 50, meanwhile = () => {} } = {}): [number, string][] {
  const began = file.now()
  const done: [number, string][] = []
  while (file.now() - began < ms) {
    meanwhile()
    for (let next = claim(); next; next = claim()) {
      done.push([file.now() - began, next.target])
      settle(next.target)
    }
    file.pass(every)
  }
  return done
}

test('what is asked is claimed once', () => {
  ask('refs/7')
  expect(claim()).toEqual({ target: 'refs/7', whole: false, priority: 0, failures: 0 })
  expect(claim()).toBeNull()
  settle('refs/7')
  file.pass(60_000)
  expect(claim()).toBeNull()
})

test('F9: a change during a refresh asks again, and is not forgotten when that refresh ends', () => {
  ask('refs/7')
  claim()
  file.pass(3000)
  ask('refs/7')
  expect(claim()).toBeNull()
  settle('refs/7')
  expect(claim()).toMatchObject({ target: 'refs/7' })
})

test('a claim is a start: the first is at once, the next not before 2 s later', () => {
  told('refs/7')
  expect(worked(10_000, { meanwhile: () => ask('refs/7') }).map(([at]) => at)).toEqual([0, 2000, 4000, 6000, 8000])
})

test('F10: a webhook’s target is looked at a second time 5 s later, and then no more', () => {
  told('refs/7')
  expect(worked(30_000)).toEqual([
    [0, 'refs/7'],
    [5000, 'refs/7'],
  ])
})

test('F10: the second look is 5 s after the last of several deliveries', () => {
  told('refs/7')
  const [first] = worked(50)
  file.pass(950)
  told('refs/7')
  expect(first).toEqual([0, 'refs/7'])
  expect(worked(30_000)).toEqual([
    [1000, 'refs/7'],
    [5000, 'refs/7'],
  ])
})

test('F6: 10,000 deliveries for one target in 4 s cost at most 5 refreshes of it', () => {
  let deliveries = 0
  const burst = () => {
    for (let some = 0; some < 125 && deliveries < 10_000; some++, deliveries++) told('refs/7')
  }
  const refreshed = worked(60_000, { meanwhile: burst })
  expect(deliveries).toBe(10_000)
  expect(refreshed.length).toBeLessThanOrEqual(5)
  expect(refreshed.at(-1)?.[0]).toBeGreaterThanOrEqual(3950 + 5000)
})

describe('of what is due', () => {
  test('what a webhook or a person asked comes before what a sweep asked', () => {
    ask('refs/1')
    file.pass(10)
    ask('refs/2')
    file.pass(10)
    told('refs/3')
    expect([claim(), claim(), claim()].map((one) => one?.target)).toEqual(['refs/3', 'refs/1', 'refs/2'])
  })

  test('the dates come last, and not at all where they are not wanted', () => {
    ask('entry-dates')
    expect(targets().claim(file.now(), false)).toBeNull()
    expect(targets().isDue(file.now(), false)).toBe(false)
    file.pass(1000)
    ask('refs/1')
    expect([claim(), claim()].map((one) => one?.target)).toEqual(['refs/1', 'entry-dates'])
  })

  test('asked by a sweep and by a webhook, it is the webhook’s and the sweep’s whole', () => {
    ask('rfc-repo/7', { whole: true })
    told('rfc-repo/7')
    expect(claim()).toMatchObject({ whole: true, priority: 1 })
    settle('rfc-repo/7')
    file.pass(5000)
    expect(claim()).toMatchObject({ whole: false, priority: 0 })
  })

  test('F9: of one lane only one is under way', () => {
    ask('refs/7')
    ask('pull/7/1')
    ask('refs/8')
    expect([claim(), claim(), claim()].map((one) => one?.target)).toEqual(['refs/7', 'refs/8', undefined])
    settle('refs/7')
    expect(claim()?.target).toBe('pull/7/1')
  })
})

describe('F35: what fails', () => {
  test('is asked again, for as much as it was asked, not before its back-off is over', () => {
    ask('rfc-repo/7', { whole: true, priority: 1 })
    fail(claim(), 4000)
    file.pass(3999)
    expect(claim()).toBeNull()
    file.pass(1)
    expect(claim()).toEqual({ target: 'rfc-repo/7', whole: true, priority: 1, failures: 1 })
  })

  test('is not asked earlier by a webhook', () => {
    ask('refs/7')
    fail(claim(), 60_000)
    told('refs/7')
    file.pass(59_999)
    expect(claim()).toBeNull()
  })

  test('holds up no other target', () => {
    ask('refs/7')
    fail(claim(), 600_000)
    ask('refs/8')
    expect(claim()?.target).toBe('refs/8')
  })

  test('is forgiven by its next success, and when a person asks', () => {
    ask('refs/7')
    fail(claim(), 600_000)
    expect(targets().failing()).toEqual([{ target: 'refs/7', failures: 1, last_error: 'no' }])
    targets().relent()
    expect(claim()).toMatchObject({ failures: 1 })
    settle('refs/7')
    expect(targets().failing()).toEqual([])
    expect(targets().nextTry()).toBeNull()
  })
})

describe('F7: what a process that died had begun', () => {
  test('is asked for again', () => {
    ask('refs/7')
    claim()
    const heir = file.again()
    heir.targets.freeStarted()
    file.pass(2000)
    expect(heir.targets.claim(file.now(), true)).toMatchObject({ target: 'refs/7' })
  })

  test('keeps its second look', () => {
    told('refs/7')
    claim()
    file.again().targets.freeStarted()
    file.pass(2000)
    expect(worked(30_000).map(([, target]) => target)).toEqual(['refs/7'])
  })
})

describe('F32: a clock that is set back by an hour', () => {
  test.each([
    ['asked', () => told('refs/7')],
    [
      'begun and ended',
      () => {
        told('refs/7')
        worked(50)
      },
    ],
    [
      'failed',
      () => {
        told('refs/7')
        fail(claim(), 1000)
      },
    ],
  ])('holds up nothing that was %s for longer than 15 minutes', (_, before) => {
    before()
    file.pass(-3_600_000)
    const waits = worked(15 * 60_000, { every: 1000 })
    expect(waits.map(([, target]) => target)).toContain('refs/7')
  })

  test('lets a new ask start at once', () => {
    told('refs/7')
    worked(10_000)
    file.pass(-3_600_000)
    told('refs/7')
    expect(claim()).toMatchObject({ target: 'refs/7' })
  })
})

test('when something is due is known beforehand', () => {
  expect(targets().nextDue()).toBeNull()
  told('refs/7')
  expect(targets().nextDue()).toBe(file.now())
  claim()
  expect(targets().nextDue()).toBeNull()
  settle('refs/7')
  expect(targets().nextDue()).toBe(file.now() + 5000)
  told('refs/7')
  expect(targets().nextDue()).toBe(file.now() + 2000)
})

test('nothing asked is lost: whatever happens, the last start of a target is after its last ask', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('ask', 'told'), target: fc.constantFrom('refs/7', 'pull/7/1', 'refs/8') }),
    fc.record({ do: fc.constantFrom('claim', 'settle', 'fail', 'die'), target: fc.constant('') }),
    fc.record({ do: fc.constant('pass'), target: fc.constant(''), ms: fc.integer({ min: 1, max: 4000 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      using own = openFile()
      const { store, now, pass } = own
      const asked = new Map<string, number>()
      const begun = new Map<string, number>()
      const under = new Set<string>()
      let order = 0
      const take = () => {
        const claimed = store.targets.claim(now(), true)
        if (claimed) begun.set(claimed.target, ++order)
        if (claimed) under.add(claimed.target)
        return claimed
      }
      for (const { do: what, target, ...rest } of steps) {
        const [first] = under
        if (what === 'ask' || what === 'told') {
          store.targets.ask({ target, at: now(), ...(what === 'told' ? { priority: 1, againAt: now() + 5000 } : {}) })
          asked.set(target, ++order)
        } else if (what === 'claim') take()
        else if (what === 'pass') pass('ms' in rest ? rest.ms : 0)
        else if (what === 'die') {
          store.targets.freeStarted()
          for (const one of under) asked.set(one, ++order)
          under.clear()
        } else if (first !== undefined) {
          under.delete(first)
          if (what === 'settle') store.targets.settle(first, now(), now())
          else {
            store.targets.fail({ target: first, whole: false, priority: 0, failures: 0 }, now(), now() + 3000, 'no')
            asked.set(first, ++order)
          }
        }
      }
      for (const one of under) store.targets.settle(one, now(), now())
      for (let turns = 0; turns < 20; turns++) {
        for (let next = take(); next; next = take()) store.targets.settle(next.target, now(), now())
        pass(1000)
      }
      for (const [target, at] of asked) expect(begun.get(target) ?? 0, target).toBeGreaterThan(at)
      expect(store.targets.waiting()).toBe(0)
    }),
    { numRuns: 15 },
  )
})

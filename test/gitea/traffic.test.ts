import { describe, expect, test } from 'vitest'
import { counted, createTraffic } from '../../src/gitea/traffic.ts'
import { seededRandom } from '../support/seeded-random.ts'

/** Answers of a server whose clock can be set; `ours` is set too where both are of one machine. */
function talk({ isOneMachine = false } = {}) {
  const traffic = createTraffic()
  let [steady, theirs, ours] = [0, Date.parse('2026-11-22T10:00:00Z'), Date.parse('2026-11-22T10:00:00Z')]
  const pass = (ms: number) => {
    for (const move of [() => (steady += ms), () => (theirs += ms), () => (ours += ms)]) move()
  }
  const effects = { now: () => ours, steady: () => steady, random: () => 0, sleep: async () => {} }
  return {
    traffic,
    pass,
    set: (ms: number) => {
      theirs += ms
      if (isOneMachine) ours += ms
    },
    setOurs: (ms: number) => {
      ours += ms
    },
    /** One request: so long until its answer is dated, and so long until that is read. */
    ask: (before: number, after: number) =>
      counted(traffic, effects, async () => {
        pass(before)
        const headers = { date: new Date(theirs).toUTCString() }
        pass(after)
        return { status: 200, headers, body: Buffer.alloc(0) }
      }),
  }
}

describe('F36: a clock of Gitea’s that was set back', () => {
  test.each([false, true])('is noticed with the next answer (on our own machine: %s)', async (isOneMachine) => {
    const { ask, pass, set, traffic } = talk({ isOneMachine })
    await ask(100, 100)
    set(-7000)
    pass(300_000)
    await ask(100, 100)
    expect(traffic.wasSetBack).toBe(true)
  })

  test('is no clock that goes, however long answers take, that is set forward, or that we see with a clock of ours that is set', async () => {
    const random = seededRandom(1)
    const { ask, pass, set, setOurs, traffic } = talk()
    for (let times = 0; times < 500; times++) {
      await ask(random() ** 4 * 150_000, random() ** 4 * 150_000)
      pass(random() ** 8 * 3_600_000)
      if (random() < 0.1) set(random() * 60_000)
      if (random() < 0.1) setOurs((random() - 0.5) * 7_200_000)
    }
    expect(traffic.wasSetBack).toBe(false)
  })
})

import { describe, expect, test } from 'vitest'
import { opened } from './made.ts'

const t0 = 1_000_000

/** A queue of its own, on a clock given with each act. */
function queue() {
  const { targets } = opened()
  return {
    ...targets,
    asked: (target: string, at = t0) => targets.ask({ target, at }),
    /** The names of all targets that can be claimed at that time, in their order. */
    claims: (now: number, withDates = true) => {
      const names: string[] = []
      for (let claim = targets.claim(now, withDates); claim; claim = targets.claim(now, withDates))
        names.push(claim.target)
      return names
    },
    done: (target: string, now: number) => targets.settle(target, now, 0),
  }
}

describe('fault F6: whoever asks', () => {
  test('many times is answered once', () => {
    const { asked, claims } = queue()
    for (let times = 0; times < 100; times++) asked('meta-pulls')
    expect(claims(t0)).toEqual(['meta-pulls'])
  })

  test('earlier counts, later does not', () => {
    const { asked, claim } = queue()
    asked('repos', t0 + 10)
    asked('repos', t0 + 20)
    expect(claim(t0 + 9, true)).toBeNull()
    asked('repos', t0 + 5)
    expect(claim(t0 + 5, true)).toMatchObject({ target: 'repos' })
  })

  test('for everything is not forgotten by who asks for less', () => {
    const { ask, claim } = queue()
    ask({ target: 'repos', at: t0, whole: true })
    ask({ target: 'repos', at: t0 })
    expect(claim(t0, true)).toEqual({ target: 'repos', whole: true, priority: 0, failures: 0 })
  })

  test('for what is no target is refused', () => {
    expect(() => queue().asked('rfc-repo')).toThrow('rfc-repo')
  })
})

describe('fault 43: a target under way', () => {
  test('is not started again until it ends, and what is asked meanwhile is asked for again', () => {
    const { asked, claims, done } = queue()
    asked('rfc-repo/2')
    expect(claims(t0)).toEqual(['rfc-repo/2'])
    asked('rfc-repo/2', t0 + 1)
    expect(claims(t0 + 60_000)).toEqual([])
    done('rfc-repo/2', t0 + 60_000)
    expect(claims(t0 + 60_000)).toEqual(['rfc-repo/2'])
    done('rfc-repo/2', t0 + 60_000)
    expect(claims(t0 + 120_000)).toEqual([])
  })

  test('holds up those that write the same rows, and no others', () => {
    const { asked, claims, done } = queue()
    for (const target of ['pull/2/7', 'refs/2', 'rfc-repo/3', 'meta-pulls', 'meta-pull/9', 'meta-branches'])
      asked(target)
    expect(claims(t0)).toEqual(['pull/2/7', 'rfc-repo/3', 'meta-pulls', 'meta-branches'])
    done('pull/2/7', t0)
    done('meta-pulls', t0)
    expect(claims(t0)).toEqual(['refs/2', 'meta-pull/9'])
  })

  test('is looked at a second time when that was asked', () => {
    const { ask, claims, done } = queue()
    ask({ target: 'rfc-repo/2', at: t0, againAt: t0 + 5000 })
    expect(claims(t0)).toEqual(['rfc-repo/2'])
    done('rfc-repo/2', t0 + 100)
    expect(claims(t0 + 4999)).toEqual([])
    expect(claims(t0 + 5000)).toEqual(['rfc-repo/2'])
    done('rfc-repo/2', t0 + 5100)
    expect(claims(t0 + 90_000)).toEqual([])
  })

  test('F10: keeps its second look though somebody else asks before that, whose look may be too early as well', () => {
    const { ask, asked, claim, done } = queue()
    ask({ target: 'meta-branches', at: t0, againAt: t0 + 5000 })
    for (const at of [t0, t0 + 2500]) {
      asked('meta-branches', at)
      expect(claim(at, true)).not.toBeNull()
      done('meta-branches', at)
    }
    expect(claim(t0 + 4999, true)).toBeNull()
    expect(claim(t0 + 5000, true)).toMatchObject({ target: 'meta-branches' })
    done('meta-branches', t0 + 5000)
    expect(claim(t0 + 60_000, true)).toBeNull()
  })

  test('is started at most once in two seconds, at first at once', () => {
    const { asked, claims, done } = queue()
    asked('repos')
    expect(claims(t0)).toEqual(['repos'])
    done('repos', t0 + 10)
    asked('repos', t0 + 20)
    expect(claims(t0 + 1999)).toEqual([])
    expect(claims(t0 + 2000)).toEqual(['repos'])
  })

  test('fault F33: is asked for again when its process died', () => {
    const { asked, claims, freeStarted } = queue()
    asked('repos')
    expect(claims(t0)).toEqual(['repos'])
    freeStarted()
    expect(claims(t0 + 2000)).toEqual(['repos'])
  })

  test('fault F32: is started though the clock was set back', () => {
    const { asked, claims, done } = queue()
    asked('repos', t0 + 3_600_000)
    claims(t0 + 3_600_000)
    done('repos', t0 + 3_600_000)
    asked('repos', t0)
    expect(claims(t0)).toEqual(['repos'])
  })

  test('fault F32: comes by itself though its second look was asked for before the clock was set back', () => {
    const { ask, claims, done } = queue()
    ask({ target: 'repos', at: t0 + 3_600_000, againAt: t0 + 3_605_000 })
    claims(t0 + 3_600_000)
    done('repos', t0 + 3_600_000)
    expect(claims(t0)).toEqual(['repos'])
  })
})

describe('fault F35: a target that fails', () => {
  test('fault F32: is tried again though the clock was set back before its back-off was over', () => {
    const { asked, claim, claims, fail } = queue()
    asked('repos', t0 + 3_600_000)
    const first = claim(t0 + 3_600_000, true)
    if (first) fail(first, t0 + 3_600_000, t0 + 3_601_000, 'It is broken.')
    expect(claims(t0)).toEqual(['repos'])
  })

  test('is tried again when its back-off is over, for as much as it was asked', () => {
    const { ask, claim, claims, fail, failing } = queue()
    ask({ target: 'repos', at: t0, whole: true, priority: 1 })
    const first = claim(t0, true)
    fail(first!, t0 + 100, t0 + 9000, 'Gitea is down.')
    expect(failing()).toEqual([{ target: 'repos', failures: 1, last_error: 'Gitea is down.' }])
    expect(claims(t0 + 8999)).toEqual([])
    expect(claim(t0 + 9000, true)).toEqual({ ...first, failures: 1 })
  })

  test('holds up no other', () => {
    const { asked, claims, claim, fail } = queue()
    asked('repos')
    fail(claim(t0, true)!, t0, t0 + 600_000, 'no')
    asked('meta-pulls')
    expect(claims(t0)).toEqual(['meta-pulls'])
  })

  test('keeps its back-off though a webhook asks, and loses it when a person does', () => {
    const { ask, claims, claim, fail, relent } = queue()
    ask({ target: 'repos', at: t0 })
    fail(claim(t0, true)!, t0, t0 + 600_000, 'no')
    ask({ target: 'repos', at: t0 + 1, priority: 1 })
    expect(claims(t0 + 10_000)).toEqual([])
    relent()
    expect(claims(t0 + 1)).toEqual(['repos'])
  })

  test('is forgiven when it succeeds', () => {
    const { asked, claim, claims, fail, done, failing } = queue()
    asked('repos')
    fail(claim(t0, true)!, t0, t0 + 5000, 'no')
    claims(t0 + 5000)
    done('repos', t0 + 5000)
    expect(failing()).toEqual([])
    asked('repos', t0 + 7000)
    expect(claim(t0 + 7000, true)).toMatchObject({ failures: 0 })
  })
})

describe('the queue', () => {
  test('gives first what a person or a webhook asked for, then what is due longest, and dates last', () => {
    const { ask, asked, claims } = queue()
    asked('entry-dates', t0 - 500)
    asked('rfc-repo/3', t0 - 100)
    asked('rfc-repo/2', t0 - 200)
    ask({ target: 'rfc-repo/4', at: t0, priority: 1 })
    expect(claims(t0, false)).toEqual(['rfc-repo/4', 'rfc-repo/2', 'rfc-repo/3'])
    expect(claims(t0)).toEqual(['entry-dates'])
  })

  test('says when something can be claimed next', () => {
    const { asked, claim, done, fail, nextDue, isDue } = queue()
    expect(nextDue()).toBeNull()
    asked('repos', t0)
    expect(nextDue()).toBe(t0)
    expect([isDue(t0 - 1, true), isDue(t0, true)]).toEqual([false, true])
    const claimed = claim(t0, true)
    expect(nextDue()).toBeNull()
    fail(claimed!, t0 + 1, t0 + 9000, 'no')
    expect(nextDue()).toBe(t0 + 9000)
    claim(t0 + 9000, true)
    done('repos', t0 + 9000)
    expect(nextDue()).toBeNull()
  })

  test('knows what is asked for or under way, and forgets what is no more', () => {
    const { asked, claims, done, isPending, waiting, drop } = queue()
    asked('repos')
    asked('rfc-repo/9')
    expect([isPending('repos'), waiting()]).toEqual([true, 2])
    drop('rfc-repo/9')
    claims(t0)
    expect([isPending('repos'), waiting()]).toEqual([true, 0])
    done('repos', t0)
    expect([isPending('repos'), isPending('rfc-repo/9')]).toEqual([false, false])
  })

  test('remembers from when on the server’s clock a target was read', () => {
    const { asked, claims, settle, readFrom } = queue()
    expect(readFrom('repos')).toBe(0)
    asked('repos')
    claims(t0)
    settle('repos', t0, 123_000)
    expect(readFrom('repos')).toBe(123_000)
  })
})

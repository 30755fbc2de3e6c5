import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../src/demo/faults.ts'
import type { Copy } from '../support/copy.ts'
import { liveRows } from '../support/live-rows.ts'
import { change, fill, liveKeys, wronglyGone } from './before-and-after.ts'
import { dialects, type Story, tellStory } from './story.ts'

/** What a sweep asks, by what of it fails. */
const asked: [string, RegExp][] = [
  ['the meta repository', /^\/repos\/rfcs\/meta$/],
  ['the owner’s repositories', /^\/repos\/search/],
  ['a repository by its id', /^\/repositories\//],
  ['meta’s refs', /\/meta\/git\/refs/],
  ['an own repository’s refs', /\/alpha\/git\/refs/],
  ['trees', /\/git\/trees\//],
  ['texts of entries', /contents/],
  ['blobs', /\/git\/blobs\//],
  ['a document', /\/raw\//],
  ['branches', /\/branches/],
  ['meta’s pulls', /\/meta\/pulls/],
  ['an own repository’s pulls', /\/alpha\/pulls/],
  ['commits', /\/commits/],
  ['everything', /./],
]

/** What looks like an answer; and what is none, which no dialect answers in its own way. */
const lies: Fault[] = [
  { kind: 'status', status: 404 },
  { kind: 'html' },
  { kind: 'nulls' },
  { kind: 'short', keep: 1 },
  { kind: 'total', total: 999 },
]
const refusals: Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 403 },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'truncate' },
  { kind: 'reset' },
]

/** git/refs is not paged and says no total: that it is cut cannot be known, and no server cuts it. */
function cannotBeSeen(what: string, fault: Fault): boolean {
  return fault.kind === 'short' && (what.includes('refs') || what === 'everything')
}

describe.each(dialects)('fault 19, F11, F12, F15, F16, F17: on %s, when Gitea fails half-way', (dialect) => {
  let story: Story
  let before: Copy
  let truth: Copy
  beforeAll(async () => {
    story = tellStory(dialect)
    fill(story)
    before = story.copy
    await before.reconcile()
    change(story)
    truth = story.newCopy()
    await truth.reconcile()
  })
  afterAll(() => story[Symbol.dispose]())

  test.each(asked)(
    'at %s: nothing that is there is deleted, nothing is torn, and the next sweep is whole',
    async (what, pattern) => {
      for (const fault of dialect === 'gitea-1.26' ? [...lies, ...refusals] : lies) {
        if (cannotBeSeen(what, fault)) continue
        using held = story.twinOf(before)
        const hit = (path: string) => pattern.test(decodeURIComponent(path).replace('/api/v1', ''))
        story.fake.fail(({ path }) => (hit(path) ? fault : undefined))
        await held.reconcile().catch(() => null)
        story.fake.fail(undefined)
        const name = JSON.stringify(fault)
        expect(wronglyGone(before, held, truth), name).toEqual([])
        expect(
          held.all(
            "SELECT slug FROM cached_rfcs WHERE (body = entry_body) <> (state IS NOT 'active' OR document_body IS NULL)",
          ),
          name,
        ).toEqual([])
        expect((await held.reconcile()).warnings, name).toEqual([])
        const [mended, right] = liveRows(held, truth)
        expect(mended, name).toEqual(right)
      }
    },
  )
})

describe('one repository fails', () => {
  test.each([{ kind: 'status', status: 500 }, { kind: 'html' }, { kind: 'truncate' }] as const)(
    'fault 18, F35: with %o the others are refreshed, and the outcome names it',
    async (fault) => {
      using story = tellStory()
      fill(story)
      await story.copy.reconcile()
      story.world.close('rfcs/gamma', 1)
      story.world.close('rfcs/meta', 1)
      story.fake.fail(({ path }) => (path.includes('/rfcs/alpha/') ? fault : undefined))
      const { warnings, newWarnings } = await story.copy.reconcile()
      expect(warnings).toEqual([expect.stringMatching(/^rfc-repo\/\d+ was not refreshed: /)])
      expect(newWarnings).toBe(1)
      expect(story.copy.pull('rfcs/gamma', 1)).toMatchObject({ state: 'closed' })
      expect(story.copy.pull('rfcs/meta', 1)).toMatchObject({ state: 'closed' })
    },
  )
})

describe('F13: the token is refused in the middle', () => {
  test('the sweep stops at once, asks no more than what was under way, and deletes nothing', async () => {
    using story = tellStory()
    fill(story)
    await story.copy.reconcile()
    const before = liveKeys(story.copy)
    change(story)
    let refused = 0
    story.copy.asked()
    story.fake.fail(({ path }) => {
      if (!path.includes('/git/refs') || path.includes('/meta/')) return undefined
      refused += 1
      return { kind: 'status', status: 401 }
    })
    await expect(story.copy.reconcile()).rejects.toThrow('Gitea refused the token.')
    expect(refused).toBeLessThanOrEqual(4)
    const kept = new Set(liveKeys(story.copy))
    expect(before.filter((key) => !kept.has(key) && key.includes('alpha'))).toEqual([])
  })
})

describe('F12: Gitea asks for patience', () => {
  test('429 with Retry-After holds back every request, not the one alone, and the sweep ends well', async () => {
    using story = tellStory()
    fill(story)
    let refusals = 0
    const times: number[] = []
    story.fake.fail(() => {
      times.push(story.clock.now())
      refusals += 1
      return refusals === 6 ? { kind: 'status', status: 429, retryAfter: 30 } : undefined
    })
    expect((await story.copy.reconcile()).warnings).toEqual([])
    const [told = 0, next = 0] = times.slice(5)
    expect(next - told).toBeGreaterThanOrEqual(30_000)
  })
})

describe('fault 46, F18: Gitea says nothing at all', () => {
  test('a request without an answer ends by its deadline, and the others go on', async () => {
    using story = tellStory()
    fill(story)
    await story.copy.reconcile()
    story.fake.fail(({ path }) => (path.includes('/alpha/git/refs') ? { kind: 'hang' } : undefined))
    let ended = false
    const sweep = story.copy.reconcile().finally(() => {
      ended = true
    })
    while (!ended) {
      story.clock.pass(30)
      await new Promise(setImmediate)
    }
    expect((await sweep).warnings).toEqual([expect.stringContaining('no whole answer')])
    expect(story.copy.branch('rfcs/alpha', 'two')).toMatchObject({ state: 'open' })
  })
})

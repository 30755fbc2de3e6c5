import { describe, expect, test } from 'vitest'
import { liveRows } from '../support/live-rows.ts'
import { change, fill, wronglyGone } from './before-and-after.ts'
import { active, dialects, entry, tellStory } from './story.ts'

describe('fault 43, F9: what changes while it is being read', () => {
  test('is asked for again, and read only after the first reading is written: nothing older lands on something newer', async () => {
    using story = tellStory()
    story.write({ 'rfcs/alpha.md': active('alpha') })
    story.repo('alpha')
    const number = story.pull('rfcs/alpha', 'topic', { title: 'First' })
    let listed = 0
    story.spoil((path, answer) => {
      if (!path.includes('/alpha/pulls')) return answer
      listed += 1
      if (listed > 1) return answer
      // What was answered is old the moment it arrives, and a webhook has said so.
      story.clock.pass(1)
      story.world.retitle('rfcs/alpha', number, 'Second')
      story.copy.write("UPDATE targets SET due_at = 0, whole = 1 WHERE target LIKE 'rfc-repo/%'")
      return answer
    })
    await story.copy.reconcile()
    expect(story.copy.pull('rfcs/alpha', number)).toMatchObject({ title: 'First' })
    story.clock.pass(2)
    await story.copy.drain()
    expect(story.copy.pull('rfcs/alpha', number)).toMatchObject({ title: 'Second' })
    const order = story.copy.asked().flatMap((path) => /\/alpha\/(git\/refs|pulls)/.exec(path)?.[1] ?? [])
    expect(order).toEqual(['git/refs', 'pulls', 'git/refs', 'pulls'])
  })
})

describe('fault 44, F8, F33: a process that dies anywhere', () => {
  test('in a first sweep leaves a file that the next one makes whole', async () => {
    using story = tellStory()
    fill(story)
    const truth = story.newCopy()
    await truth.reconcile()
    for (let transactions = 0, ended = false; !ended; transactions++) {
      using copy = story.newCopy()
      ended = await copy.reconcile({ diesAfter: transactions }).then(
        ({ warnings }) => warnings.length === 0,
        () => false,
      )
      story.clock.pass(3600)
      await copy.reconcile()
      const [mended, right] = liveRows(copy, truth)
      expect(mended, `after ${transactions} transactions`).toEqual(right)
    }
  })

  test.each(dialects)(
    'in a later one deletes nothing that is there, and the next one makes the file whole, on %s',
    async (dialect) => {
      using story = tellStory(dialect)
      fill(story)
      const before = story.copy
      await before.reconcile()
      change(story)
      const truth = story.newCopy()
      await truth.reconcile()
      for (let transactions = 0, ended = false; !ended; transactions++) {
        using copy = story.twinOf(before)
        ended = await copy.reconcile({ diesAfter: transactions }).then(
          ({ warnings }) => warnings.length === 0,
          () => false,
        )
        const when = `after ${transactions} transactions`
        expect(wronglyGone(before, copy, truth), when).toEqual([])
        story.clock.pass(3600)
        await copy.reconcile()
        const [mended, right] = liveRows(copy, truth)
        expect(mended, when).toEqual(right)
      }
    },
  )
})

test('fault 44: a reader sees a refresh whole or not at all', async () => {
  using story = tellStory()
  story.write({
    'rfcs/alpha.md': active('alpha'),
    'rfcs/beta.md': entry('beta', { title: 'v1' }),
    'rfcs/gamma.md': entry('gamma', { title: 'v1' }),
  })
  story.repo('alpha')
  for (let at = 0; at < 60; at++) story.pull('rfcs/alpha', `topic-${at}`, { title: 'v1' })
  await story.copy.reconcile()
  story.clock.pass(60)
  story.write({ 'rfcs/beta.md': entry('beta', { title: 'v2' }), 'rfcs/gamma.md': entry('gamma', { title: 'v2' }) })
  for (let at = 1; at <= 60; at++) story.world.retitle('rfcs/alpha', at, 'v2')
  const seen = new Set<string>()
  const look = () => {
    const titles = (sql: string) => story.copy.all(sql).map(({ title }) => title)
    seen.add(`pulls ${titles('SELECT DISTINCT title FROM cached_prs')}`)
    seen.add(`entries ${titles("SELECT DISTINCT title FROM cached_rfcs WHERE slug <> 'alpha'")}`)
  }
  story.spoil((_path, answer) => {
    look()
    return answer
  })
  await story.copy.reconcile()
  look()
  expect([...seen].sort()).toEqual(['entries v1', 'entries v2', 'pulls v1', 'pulls v2'])
})

test('fault 44, F8: a branch and the document at its tip are seen together, also when a process dies between two transactions', async () => {
  using story = tellStory()
  story.write({ 'rfcs/alpha.md': active('alpha') })
  story.repo('alpha')
  await story.copy.reconcile()
  const seen = (copy: typeof story.copy) => ({
    head: copy.branch('rfcs/alpha', 'main')?.head_sha,
    text: copy.rfc('alpha')?.document_body,
  })
  const before = seen(story.copy)
  story.clock.pass(60)
  const after = { head: story.world.commit('rfcs/alpha', 'main', { 'RFC.md': '# Anew\n' }), text: '# Anew\n' }
  for (let transactions = 0, ended = false; !ended; transactions++) {
    using copy = story.twinOf(story.copy)
    ended = await copy.reconcile({ diesAfter: transactions }).then(
      () => true,
      () => false,
    )
    expect([before, after], `after ${transactions} transactions`).toContainEqual(seen(copy))
    if (ended) expect(seen(copy)).toEqual(after)
  }
})

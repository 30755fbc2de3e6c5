import { expect, test } from 'vitest'
import { openWhole } from '../../src/store/mend.ts'
import { breakPages, leavesOf } from '../support/breaking.ts'
import { active, entry, type Story, tellStory } from './story.ts'

/** A file whose application had closed a branch of an RFC's own repository and one of a super-draft; it broke, and was mended. */
async function mended(): Promise<Story> {
  const story = tellStory()
  story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/beta.md': entry('beta') })
  story.repo('alpha')
  story.world.branch('rfcs/alpha', 'topic')
  story.push('rfcs/meta', 'edit/beta/words')
  await story.copy.reconcile()
  story.copy.write(`UPDATE cached_branches SET state = 'closed' WHERE branch_name <> 'main'`)
  breakPages(story.copy.file, leavesOf(story.copy.file, 'cached_prs')[0]?.pageno ?? 0)
  const told: string[] = []
  openWhole(story.copy.file, { now: story.clock.now, tell: (said) => told.push(said) })[Symbol.dispose]()
  expect(told.join()).toContain('2 branches that it closed')
  return story
}

const states = ({ copy }: Story) =>
  copy.all(`SELECT branch_name, state FROM cached_branches WHERE branch_name <> 'main' ORDER BY 1`)
const closed = [
  { branch_name: 'edit/beta/words', state: 'closed' },
  { branch_name: 'topic', state: 'closed' },
]

test('F30: what was closed is closed again once its entry, which was broken meanwhile, is mended', async () => {
  using story = await mended()
  story.write({ 'rfcs/alpha.md': '---\nslug: [broken\n---\n' })
  await story.copy.reconcile()
  expect(states(story)).toEqual(closed.slice(0, 1))
  story.write({ 'rfcs/alpha.md': active('alpha') })
  await story.copy.reconcile()
  expect(states(story)).toEqual(closed)
})

test('F30: what was closed is closed again though a target of the first sweep fails', async () => {
  using story = await mended()
  story.fake.fail(({ path }) => (path.includes('/alpha/git/refs') ? { kind: 'status', status: 500 } : undefined))
  expect((await story.copy.reconcile()).failed).toBe(1)
  story.fake.fail(undefined)
  await story.copy.reconcile()
  expect(states(story)).toEqual(closed)
})

test('F30: a branch that was gone when the file was filled again is open when it is made anew', async () => {
  using story = await mended()
  story.world.deleteBranch('rfcs/alpha', 'topic')
  await story.copy.reconcile()
  story.world.branch('rfcs/alpha', 'topic')
  await story.copy.reconcile()
  expect(story.copy.branch('rfcs/alpha', 'topic').state).toBe('open')
  expect(story.copy.branch('rfcs/meta', 'edit/beta/words').state).toBe('closed')
  expect(story.copy.all(`SELECT value FROM settings WHERE name = 'salvaged_closed'`)).toEqual([])
})

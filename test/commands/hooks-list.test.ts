import { describe, expect, test } from 'vitest'
import { hooksStage } from './hooks-stage.ts'

const elsewhere = 'https://elsewhere.example.org/hook'

describe('hooks remove', () => {
  test('deletes every hook for our address and no other', async () => {
    const { run, world, ours } = await hooksStage()
    for (const place of ['rfcs', 'rfcs', 'rfcs/meta', 'rfcs/other']) world.hook(place, ours)
    world.hook('rfcs', elsewhere)
    const { code, did } = await run('remove')
    expect(did.length).toBe(4)
    expect(code).toBe(0)
    expect((await run('list')).out.hooks.map(({ url }) => url)).toEqual([elsewhere])
    expect((await run('remove')).out.notes).toEqual(['No hook calls this address.'])
  })

  test('warns of hooks that it may not delete and of places it cannot see', async () => {
    const { run, world, ours } = await hooksStage({ scopes: ['read:repository'] })
    world.hook('rfcs/meta', ours)
    const { code, out, did } = await run('remove')
    expect(did).toEqual(['left repository rfcs/meta'])
    expect(out.warnings.join(' ')).toMatch(/calls us and is left.*write:repository.*organisation's hooks are not seen/)
    expect(code).toBe(3)
  })
})

test('hooks list shows a person which hooks are ours and what is wrong with them', async () => {
  const { run, world, ours } = await hooksStage()
  expect((await run('list', { json: false })).text).toBe('There are no hooks.\n')
  world.hook('rfcs', ours)
  world.hook('rfcs/own', ours, { active: false })
  world.hook('rfcs/other', elsewhere)
  const { code, text } = await run('list', { json: false })
  const rows = text.split('\n').filter((line) => line.includes(ours))
  expect(rows[0]).toMatch(/organization +│ rfcs +│ \d+ +│ .*create, delete, pull_request \(all\),.*│ yes +│ yes/)
  expect(rows[1]).toMatch(/repository +│ rfcs\/own .*│ no +│ is not active/)
  expect(text).not.toContain(elsewhere) // on a repository that is nothing to us
  expect(code).toBe(0)
})

test('hooks install tells a person what it did', async () => {
  const { run, world, ours } = await hooksStage()
  const { id } = world.hook('rfcs', ours, { active: false })
  const { text } = await run('install', { json: false })
  expect(text).toMatch(/^Hooks for http:\/\/127.*:\n {2}made \d+ of the organisation rfcs\n/)
  expect(text).toContain(`  deleted ${id} of the organisation rfcs, which is not active\n`)
  expect(text).toContain('A test delivery arrived in the inbox.\n')
})

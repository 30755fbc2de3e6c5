import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Caught, caughtFile, guards } from './guards.ts'
import { simulate, told } from './pool.ts'

const caught: Caught = JSON.parse(readFileSync(caughtFile, 'utf8'))

test.each(guards)('what "$name" replaces is still there', ({ edits }) => {
  for (const { file, find } of edits)
    expect(readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')).toContain(find)
})

test.each(guards)('without "$name" a history breaks a promise', { timeout: 120_000 }, async ({ name }) => {
  const history = caught[name]
  const { found } = history ? await simulate({ given: [history], without: name }) : { found: [] }
  const look = `npm run simulate -- --guard "${name}"`
  expect(
    found,
    `Nobody knows one, or what is read changed since it was found: \`${look}\` looks for another.`,
  ).toHaveLength(1)
})

test('with all guards none of those histories does', { timeout: 120_000 }, async () => {
  const { found } = await simulate({ given: Object.values(caught) })
  expect(found.map(told).join('\n')).toBe('')
})

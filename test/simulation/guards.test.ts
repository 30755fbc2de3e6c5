import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { guards } from './guards.ts'

test.each(guards)('what "$name" replaces is still there', ({ edits }) => {
  for (const { file, find } of edits)
    expect(readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')).toContain(find)
})

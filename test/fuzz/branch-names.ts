import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type BranchName, readBranchName } from '../../src/rules/branch-name.ts'
import { mutated, nastyText } from './nasty-text.ts'
import type { Subject } from './subject.ts'

const letters = [...'abz019AZ']
const slugs = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'quiet-hours', 'A.9', 'a_b', '-a', 'a.', 'ab-123456') },
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...letters, ...'.-_'), maxLength: 12 }) },
  nastyText,
)
const hex = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 6, maxLength: 6 }) },
  fc.string({ unit: fc.constantFrom(...'09afAFg-\u0661'), minLength: 4, maxLength: 8 }),
)
const words = fc.constantFrom('propose', 'claim', 'edit', 'metadata')
const oddWords = fc.constantFrom('Edit', 'edits', 'refs/heads/edit', 'proposal', '')
const marks = fc.constantFrom('//', '/-', '', '\u2215', '\u2010', '\n', '-', '/')
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''))
const names = fc.oneof(
  joined(words, fc.constant('/'), slugs),
  joined(words, fc.constant('/'), slugs, fc.constant('/'), nastyText),
  joined(words, fc.constant('-'), slugs, fc.constant('-'), hex),
  joined(fc.oneof(words, oddWords), marks, slugs, marks, fc.oneof(hex, nastyText)),
)

/** Names of branches, before a second reading of the list in the rules' own words, which uses no pattern. */
export const branchNames: Subject<string> = {
  cases: fc.oneof({ weight: 6, arbitrary: names }, mutated(names), nastyText),
  open: () => ({ one: (name) => assert.deepEqual(readBranchName(name), expected(name)) }),
}

function expected(name: string): BranchName | null {
  const [word = '', second = '', ...rest] = name.split('/')
  const after = rest.join('/')
  const hasMore = after !== ''
  if (word === 'propose' && rest.length === 0) return of('idea', second)
  if (word === 'claim' && rest.length === 0) return of('meta_claim', second)
  if (word === 'edit' && rest.length > 0 && hasMore) return of('meta_body_edit', second)
  if (word === 'metadata' && name.includes('/') && (rest.length === 0 || hasMore)) return of('meta_metadata', second)
  return dashed(name)
}

function dashed(name: string): BranchName | null {
  const parts = name.split('-')
  const kind = parts[0] === 'edit' ? 'meta_body_edit' : parts[0] === 'metadata' ? 'meta_metadata' : null
  const end = parts.at(-1) ?? ''
  if (kind === null || parts.length < 3 || end.length !== 6) return null
  if (![...end].every((character) => '0123456789abcdef'.includes(character))) return null
  return of(kind, parts.slice(1, -1).join('-'))
}

function of(kind: BranchName['kind'], slug: string): BranchName | null {
  const isLetter = (character: string | undefined) => character !== undefined && /^[A-Z0-9]$/i.test(character)
  const characters = [...slug]
  const isSlug =
    isLetter(characters[0]) &&
    isLetter(characters.at(-1)) &&
    characters.every((character) => isLetter(character) || '._-'.includes(character))
  return isSlug ? { kind, slug } : null
}

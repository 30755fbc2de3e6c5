import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBranchName } from '../../src/rules/branch-name.ts'
import { isSlug } from '../../src/rules/slug.ts'

const seed = Date.now() % 2 ** 31

test.each([
  ['propose/quiet-hours', 'idea', 'quiet-hours'],
  ['edit-quiet-hours-0a1b2c', 'meta_body_edit', 'quiet-hours'],
  ['edit/quiet-hours/typo', 'meta_body_edit', 'quiet-hours'],
  ['edit/quiet-hours/ben/typo', 'meta_body_edit', 'quiet-hours'],
  ['claim/quiet-hours', 'meta_claim', 'quiet-hours'],
  ['metadata-quiet-hours-0a1b2c', 'meta_metadata', 'quiet-hours'],
  ['metadata/quiet-hours', 'meta_metadata', 'quiet-hours'],
  ['metadata/quiet-hours/tags', 'meta_metadata', 'quiet-hours'],
  ['edit/quiet-hours/\u2028x', 'meta_body_edit', 'quiet-hours'],
  ['metadata/quiet-hours/\u2029', 'meta_metadata', 'quiet-hours'],
  ['edit-abcdef-abcdef', 'meta_body_edit', 'abcdef'],
  ['edit-a_b.c-000000', 'meta_body_edit', 'a_b.c'],
  ['propose/A', 'idea', 'A'],
])('%s is for %s of %s', (name, kind, slug) => {
  expect(readBranchName(name)).toEqual({ kind, slug })
})

test.each([
  'edit-foo-bar',
  'edit-foo-ABCDEF',
  'edit-foo-12345',
  'edit-foo-1234567',
  'edit-foo-12345g',
  'edit-123456',
  'edit--123456',
])('fault 36: %s is nobody’s, for its end is not six lower-case hex digits after a slug', (name) =>
  expect(readBranchName(name)).toBeNull(),
)

test.each([
  'edit/',
  'propose/',
  'claim/',
  'metadata/',
  'edit-',
  'metadata-',
  'propose/a/b',
  'claim/a/b',
  'edit/a',
  'edit/a/',
  'metadata/a/',
  'edit//x',
  'propose/-a',
  'propose/a.',
  'propose/ä',
  'propose/a b',
  'edit-a/b-123456',
  'propose/a\n',
])('fault 37: %j is nobody’s, for it names no slug or too much', (name) => expect(readBranchName(name)).toBeNull())

test.each([
  'main',
  '',
  'release/1',
  'Propose/a',
  'proposal/a',
  'refs/heads/propose/a',
  'refs/pull/7/head',
  'edits/a/b',
])('fault 40: %j is nobody’s, and no idea for want of a better word', (name) => expect(readBranchName(name)).toBeNull())

test(`fault 38: each form of a name is read back as what it was made for (seed ${seed})`, () => {
  const slugs = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,12}[A-Za-z0-9])?$/)
  const hex = fc.stringMatching(/^[0-9a-f]{6}$/)
  fc.assert(
    fc.property(slugs, hex, (slug, end) => {
      expect(isSlug(slug)).toBe(true)
      expect(readBranchName(`propose/${slug}`)).toEqual({ kind: 'idea', slug })
      expect(readBranchName(`claim/${slug}`)).toEqual({ kind: 'meta_claim', slug })
      for (const name of [`edit-${slug}-${end}`, `edit/${slug}/${end}`]) {
        expect(readBranchName(name)).toEqual({ kind: 'meta_body_edit', slug })
      }
      for (const name of [`metadata-${slug}-${end}`, `metadata/${slug}`, `metadata/${slug}/${end}`]) {
        expect(readBranchName(name)).toEqual({ kind: 'meta_metadata', slug })
      }
    }),
    { seed, numRuns: 500 },
  )
})

test.each(['a', 'A9', '0042', 'a.b_c-d', 'a--b', 'x'.repeat(300)])('%s is a slug', (text) => {
  expect(isSlug(text)).toBe(true)
})

test.each(['', '-', '.a', 'a-', '_a', 'a/b', 'a b', 'a\n', '\na', 'é', '..'])('%j is no slug', (text) => {
  expect(isSlug(text)).toBe(false)
})

test('a hostile name of a million characters is read in linear time', () => {
  const started = performance.now()
  for (const unit of ['-', '/', '.', 'edit-', 'a-', '-0a1b2c', '\n']) {
    for (const start of ['edit-', 'edit/', 'metadata-', 'metadata/', 'propose/', 'claim/']) {
      readBranchName(start + unit.repeat(1_000_000 / unit.length))
      readBranchName(`${start}a${unit.repeat(1_000_000 / unit.length)}!`)
    }
  }
  expect(performance.now() - started).toBeLessThan(5000)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEntryFile, tooLarge } from '../../src/rules/entry.ts'
import { fieldsOf, file, read } from './entry-file.ts'

const seed = Date.now() % 2 ** 31

const everyField = `slug: quiet-hours
title: Quiet hours
state: super-draft
id: 0042
repo: org/quiet-hours
proposed_by: ben
proposed_at: 2026-05-24
graduated_at: 2026-05-24T10:00:00-07:00
graduated_by: "007"
owners: [ben, ann]
arbiters: [cy]
tags:
  - 1
  - yes`

test('every field of an entry is read, and the body after it', () => {
  expect(fieldsOf(file(everyField))).toEqual({
    slug: 'quiet-hours',
    title: 'Quiet hours',
    state: 'super-draft',
    rfc_id: '0042',
    repo: 'org/quiet-hours',
    proposed_by: 'ben',
    proposed_at: '2026-05-24',
    graduated_at: '2026-05-24T10:00:00-07:00',
    graduated_by: '007',
    owners_json: '["ben","ann"]',
    arbiters_json: '["cy"]',
    tags_json: '["1","yes"]',
    body: 'Body.\n',
  })
})

test('an entry with only a slug has it for a title, empty lists, and nothing else', () => {
  expect(fieldsOf('---\nslug: a\n---')).toEqual({
    slug: 'a',
    title: 'a',
    state: null,
    rfc_id: null,
    repo: null,
    proposed_by: null,
    proposed_at: null,
    graduated_at: null,
    graduated_by: null,
    owners_json: '[]',
    arbiters_json: '[]',
    tags_json: '[]',
    body: '',
  })
})

test.each([
  '2026-05-24',
  '0042',
  '0x1F',
  '1e3',
  'yes',
  'off',
  'true',
  '.nan',
  '12:30:45',
  '1_000',
  '-0',
  '2026-05-24 10:00:00',
])('F24: %s stays the text that was written', (text) => {
  expect(fieldsOf(file(`slug: a\nproposed_at: ${text}\nid: ${text}\ntags: [${text}]`))).toMatchObject({
    proposed_at: text,
    rfc_id: text,
    tags_json: JSON.stringify([text]),
  })
})

test.each(['', '~', 'null', 'Null', 'NULL'])('%j is nothing, and in quotes it is text', (text) => {
  expect(fieldsOf(file(`slug: a\nstate: ${text}\ntitle: ${text}\nowners: ${text}`))).toMatchObject({
    state: null,
    title: 'a',
    owners_json: '[]',
  })
  expect(fieldsOf(file(`slug: a\nstate: "${text}"`)).state).toBe(text)
})

test('a lone text is a list of one, and an empty one a list of none', () => {
  expect(fieldsOf(file('slug: a\nowners: ben\narbiters: ""\ntags: []'))).toMatchObject({
    owners_json: '["ben"]',
    arbiters_json: '[]',
    tags_json: '[]',
  })
})

test.each(['[a, null]', '[a, [b]]', '[a, {b: c}]', '\n  - a\n  -'])(
  'a list with anything but text in it (%j) is an empty list with a problem',
  (list) => {
    const { fields, problem } = read(file(`slug: a\nowners: ${list}`))
    expect(fields?.owners_json).toBe('[]')
    expect(problem).toMatch(/^The `owners` .*\.$/)
  },
)

test('a field of a wrong type is NULL, a wrong title the slug, and each is a sentence of the problem', () => {
  const { fields, problem } = read(file('slug: a\ntitle: [x]\nstate: {x: y}\nowners: {ben: true}\nrepo: []'))
  expect(fields).toMatchObject({ title: 'a', state: null, owners_json: null, repo: null })
  expect(problem?.match(/The `(title|state|owners|repo)` [^.]+\./g)).toHaveLength(4)
})

test('an empty title is the slug without a problem', () => {
  expect(fieldsOf(file('slug: a\ntitle: ""')).title).toBe('a')
})

test('an alias stands for what it names, one level deep', () => {
  const fields = fieldsOf(file('&s slug: a\ntitle: *s\nowners: &o [ben, &n ann]\narbiters: *o\ntags: [*n]'))
  expect(fields).toMatchObject({
    title: 'slug',
    owners_json: '["ben","ann"]',
    arbiters_json: '["ben","ann"]',
    tags_json: '["ann"]',
  })
})

test('fault 15: the slug is the front matter’s own', () => {
  expect(fieldsOf(file('slug: A.b_c-9')).slug).toBe('A.b_c-9')
})

test('a file of 4 MiB is read, and a larger one is not', () => {
  const most = 4 * 1024 * 1024
  const exact = file('slug: a', '').padEnd(most, 'x')
  expect(read(exact).fields?.body).toHaveLength(most - '---\nslug: a\n---\n'.length)
  expect(read(`${exact}x`)).toEqual({ fields: null, problem: tooLarge })
})

test(`any text in quotes is read back as it was (seed ${seed})`, () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
  fc.assert(
    fc.property(text, fc.array(text), text, (state, tags, body) => {
      const fields = fieldsOf(file(`slug: a\nstate: ${JSON.stringify(state)}\ntags: ${JSON.stringify(tags)}`, body))
      expect(fields).toMatchObject({ state, tags_json: JSON.stringify(tags), body })
    }),
    { seed, numRuns: 1000 },
  )
})

test.each([
  ['a.md', '100644', 'blob', true],
  ['a.md', '100755', 'blob', true],
  ['Readme2.md', '100644', 'blob', true],
  ['README.txt.md', '100644', 'blob', true],
  ['a.md', '120000', 'blob', false],
  ['a.md', '040000', 'tree', false],
  ['a.md', '160000', 'commit', false],
  ['README.md', '100644', 'blob', false],
  ['ReadMe.md', '100644', 'blob', false],
  ['_template.md', '100644', 'blob', false],
  ['.a.md', '100644', 'blob', false],
  ['.md', '100644', 'blob', false],
  ['a.MD', '100644', 'blob', false],
  ['a.md.txt', '100644', 'blob', false],
  ['sub/a.md', '100644', 'blob', false],
])('a tree item %s of mode %s and type %s is an entry file: %s', (name, mode, type, expected) => {
  expect(isEntryFile({ name, mode, type })).toBe(expected)
})

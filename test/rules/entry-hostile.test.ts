import { expect, test } from 'vitest'
import { maxEntryBytes, readEntry } from '../../src/rules/entry.ts'
import { fieldsOf, file, read } from './entry-file.ts'

test.each([
  '---js',
  '---javascript',
  '--- js ',
  '---json',
  '---coffee',
  '---toml',
  '---constructor',
  '---toString',
  '---__proto__',
  '---YAML',
  '----',
])('F24: %s opens no front matter, and nothing in it is evaluated', (line) => {
  const text = `${line}\n{ slug: (globalThis.evaluated = true, "a") }\n---\nB`
  expect(read(text)).toEqual({ fields: null, problem: expect.stringContaining('does not begin with front matter') })
  expect(globalThis).not.toHaveProperty('evaluated')
})

test('F24: a YAML tag evaluates and converts nothing: text stays text', () => {
  const fields = fieldsOf(
    file(
      'slug: !!str a\ntitle: !!js/function "function () { globalThis.evaluated = true }"\nid: !!int 0042\nproposed_at: !!timestamp 2026-05-24\nrepo: !!binary aGk=\nstate: !!str\ntags: !!set [x]',
    ),
  )
  expect(fields).toMatchObject({
    title: 'function () { globalThis.evaluated = true }',
    rfc_id: '0042',
    proposed_at: '2026-05-24',
    repo: 'aGk=',
    state: '',
    tags_json: '["x"]',
  })
  expect(globalThis).not.toHaveProperty('evaluated')
})

test('F24: more than 50 aliases are a problem, and 50 are none', () => {
  const aliases = (count: number) => file(`slug: a\nx: &x y\ntags: [${'*x,'.repeat(count)}]`)
  expect(fieldsOf(aliases(50)).tags_json).toBe(JSON.stringify(Array(50).fill('y')))
  expect(read(aliases(51))).toEqual({ fields: null, problem: expect.stringContaining('more than 50 YAML aliases') })
})

test('F24: an alias bomb is never expanded', () => {
  const nine = (name: string) => `[${Array(9).fill(`*${name}`).join(', ')}]`
  const bomb = [...'bcdefghi'].map((name, at) => `${name}: &${name} ${nine('abcdefgh'.charAt(at))}`).join('\n')
  expect(read(file(`slug: a\na: &a [${'x,'.repeat(9)}]\n${bomb}`)).problem).toContain('more than 50 YAML aliases')
  // No more aliases than may be, and 4 GB if they were written out.
  const three = [...'bcdefghijklmnopq'].map((name, at) => {
    const before = `*${'abcdefghijklmnop'.charAt(at)}`
    return `${name}: &${name} [${before}, ${before}, ${before}]`
  })
  expect(read(file(`slug: a\na: &a [${'x'.repeat(100)}]\n${three.join('\n')}\ntags: *q`))).toMatchObject({
    fields: { tags_json: '[]' },
    problem: expect.stringContaining('`tags`'),
  })
})

test('nesting is read down to a depth that does not depend on the stack', () => {
  const nested = (depth: number) => read(file(`slug: a\nx: ${'['.repeat(depth)}${']'.repeat(depth)}`))
  expect(nested(90).fields).not.toBeNull()
  for (const depth of [110, 500, 1000, 4000]) expect(nested(depth).problem).toContain('nested too deeply')
  expect(read(file(`slug: a\nx: ${'? '.repeat(4500)}\n- ]\n- `)).problem).toContain('nested too deeply')
})

test.each([
  ['32,768 characters', (count: number) => `slug: a\n#${'x'.repeat(count - '\nslug: a\n#'.length)}`, 32_768],
  ['1,000 blanks or blank lines in a row', (count: number) => `slug: a${'\n'.repeat(count)}b: c`, 1000],
  ['1,000 blanks or blank lines in a row', (count: number) => `slug: a\nb:${' '.repeat(count)}c`, 1000],
])('F24: a front matter has %s at most', (most, made, count) => {
  expect(read(file(made(count))).problem).toBeNull()
  expect(read(file(made(count + 1)))).toEqual({ fields: null, problem: expect.stringContaining(`than ${most}`) })
})

test('F24: a front matter has some thousand words at most, whatever they are', () => {
  const words = (count: number) => file(`slug: a\ntags: [${'x,'.repeat(count)}]`)
  expect(read(words(3000)).problem).toBeNull()
  expect(read(words(4000))).toEqual({ fields: null, problem: expect.stringContaining('is too large') })
})

test('nothing is remembered: a malformed file is a problem each time it is read', () => {
  const text = file('slug: [')
  expect(read(text)).toEqual(read(text))
  expect(read(text).fields).toBeNull()
})

const hostile =
  '[|{|[]|{a: |- |? |- a: |a: |: |"|\'|,|#|\n|\r\n| |\t| \n|\r|& |*a |! |%\n|...\n|---\t|\n---\t|\n--- x|x|&|\ufeff|<<: '.split(
    '|',
  )

test.each(hostile)('4 MiB of %j are read, or refused, in a blink', (unit) => {
  const many = unit.repeat(maxEntryBytes / unit.length - 40)
  const few = unit.repeat(9000 / unit.length)
  const texts = [`---\n${many}`, file(many, ''), file('slug: a', many), file(few), file(`slug: a\nx: ${few}`)]
  for (const bytes of texts.map((text) => new TextEncoder().encode(text))) {
    const before = process.cpuUsage()
    readEntry(bytes)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1500)
  }
})

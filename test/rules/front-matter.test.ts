import { expect, test } from 'vitest'
import { readEntry } from '../../src/rules/entry.ts'
import { fieldsOf, file, read } from './entry-file.ts'

test.each(['---', '--- ', '---\t', '---yaml', '---yml', '--- yaml \t'])('%j opens a front matter', (line) => {
  expect(fieldsOf(`${line}\nslug: a\n---\nB`).body).toBe('B')
})

test.each([
  ['---\nB', 'B'],
  ['--- \t\nB', 'B'],
  ['---\r\nB\r\n', 'B\r\n'],
  ['---\n\nB', '\nB'],
  ['--- \n\r\nB', '\r\nB'],
  ['---', ''],
  ['---\r', ''],
  ['---\n---\nB', '---\nB'],
])('after the closing line in %j stands the body %j', (rest, body) => {
  expect(fieldsOf(`---\nslug: a\n${rest}`).body).toBe(body)
})

test('fault 17: a line that begins with dashes and goes on closes nothing', () => {
  expect(fieldsOf('---\nslug: a\n---x: 1\n----\t: 2\ntitle: T\n---\nB')).toMatchObject({ title: 'T', body: 'B' })
})

test('F24: a BOM and CRLF are read without ado, and the body keeps its line ends', () => {
  const fields = fieldsOf('\ufeff---\r\nslug: a\r\ntitle: T\r\ntags:\r\n  - x\r\n---\r\n\r\nOne\r\nTwo\r\n')
  expect(fields).toMatchObject({ slug: 'a', title: 'T', tags_json: '["x"]', body: '\r\nOne\r\nTwo\r\n' })
})

test('invalid UTF-8 and half a character written as an escape read as U+FFFD', () => {
  const bytes = Buffer.concat([
    Buffer.from('---\nslug: a\ntitle: "\\ud800"\nstate: '),
    Buffer.from([0xff]),
    Buffer.from('\n---\n'),
    Buffer.from([0xc3]),
  ])
  expect(readEntry(bytes)).toMatchObject({
    fields: { title: '\ufffd', state: '\ufffd', body: '\ufffd' },
    problem: null,
  })
})

test.each([
  ['no front matter', '# Just words\n', 'does not begin with front matter'],
  ['nothing at all', '', 'does not begin with front matter'],
  ['a front matter that does not begin at byte 0', '\n---\nslug: a\n---\n', 'does not begin with front matter'],
  ['two BOMs', '\ufeff\ufeff---\nslug: a\n---\n', 'does not begin with front matter'],
  ['a comment behind the opening dashes', '--- # c\nslug: a\n---\n', 'does not begin with front matter'],
  ['line ends that are CR alone', '---\rslug: a\r---\rB', 'does not begin with front matter'],
  ['an unclosed front matter', '---\nslug: a\n\nB', 'is not closed'],
  ['a closing line with more on it', '---\nslug: a\n--- # c\n', 'is not closed'],
  ['bad YAML', file('slug: a\ntitle: a: b'), 'correct line 3'],
  ['a tab as indentation', file('slug: a\nx:\n\ty: z'), 'correct line 4'],
  ['a second document', file('slug: a\n...\nslug: b'), 'more than one YAML document'],
  ['a second document that begins with dashes', file('slug: a\n--- slug: b'), 'more than one YAML document'],
  ['a list', file('- slug: a'), 'lines of the form'],
  ['a lone text', file('slug'), 'lines of the form'],
  ['an unknown alias', file('slug: a\ntitle: *later\nx: &later y'), '`*later` without an anchor'],
  ['no slug', file('title: T'), 'has no `slug`'],
  ['an empty front matter', '---\n---\nB', 'has no `slug`'],
  ['comments only', file('# slug: a'), 'has no `slug`'],
  ['an empty slug', file('slug: ""'), 'has no `slug`'],
  ['a null slug', file('slug: ~'), 'has no `slug`'],
  ['a bad slug', file('slug: a/b'), '`slug` is not one'],
  ['a slug that is a list', file('slug: [a]'), '`slug` is not one'],
  ['a NUL in the body', file('slug: a', 'x\0y'), 'NUL'],
  ['a NUL written as an escape', file('slug: a\nx: "\\0"'), 'NUL'],
])('fault 17: %s is a problem that says what to do', (_what, text, problem) => {
  const entry = read(text)
  expect(entry.fields).toBeNull()
  expect(entry.problem).toContain(problem)
  expect(entry.problem).toMatch(/^The .+: .+\.$/)
})

test.each([
  'slug: a\nslug: b',
  'slug: a\n"slug": b',
  '{slug: a, slug: a}',
  '&k slug: a\n*k : b',
  'slug: a\nx: {y: 1, y: 2}',
  'slug: a\n~: 1\nnull: 2',
])('fault 16, F24: a key that is there twice (%j) is a problem, and neither value wins', (text) => {
  expect(read(file(text))).toMatchObject({ fields: null, problem: expect.stringContaining('a second time on line') })
})

test('keys that JavaScript or YAML 1.1 treat as special are plain keys', () => {
  const fields = fieldsOf(
    file('slug: a\n__proto__: {title: x}\nconstructor: y\ntoString: z\n<<: {title: x}\nexcerpt_separator: B'),
  )
  expect(fields).toMatchObject({ title: 'a', body: 'Body.\n' })
  expect(read(file('__proto__: {slug: a}')).fields).toBeNull()
})

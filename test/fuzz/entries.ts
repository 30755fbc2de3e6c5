import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type EntryFields, readEntry } from '../../src/rules/entry.ts'
import { isSlug } from '../../src/rules/slug.ts'
import { mutated, nastyText } from './nasty-text.ts'
import type { Subject } from './subject.ts'

const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('title', 'state', 'id', 'repo', 'owners', 'arbiters', 'tags', 'slug') },
  { weight: 2, arbitrary: fc.constantFrom('proposed_by', 'proposed_at', 'graduated_at', 'graduated_by') },
  fc.constantFrom(
    '__proto__',
    'constructor',
    '<<',
    '? [a]',
    '&k slug',
    '*k',
    '"ti\\u0074le"',
    '!!js/function x',
    '{a: b}',
  ),
)
const plain = fc.constantFrom(
  'a',
  'RFC 7',
  '0042',
  '2026-05-24',
  'yes',
  '~',
  'null',
  '',
  '12:30:45',
  '0x1F',
  '1e3',
  '٤٢',
)
const scalars = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 2, arbitrary: nastyText },
  { weight: 2, arbitrary: nastyText.map((text) => JSON.stringify(text)) },
  nastyText.map((text) => `'${text}'`),
  nastyText.map((text) => `|\n  ${text.replaceAll('\n', '\n  ')}`),
  fc
    .tuple(fc.constantFrom('&a ', '&__proto__ ', '!!str ', '!!js/undefined ', '!<tag:x> ', '! ', '!!binary '), plain)
    .map((two) => two.join('')),
  fc.constantFrom(
    '*a',
    '*missing',
    '*__proto__',
    '<<: *a',
    '"\\ud800"',
    '"\\0"',
    '>-\n  a\n\n  b',
    '- a',
    '@x',
    '`x`',
    '%x',
  ),
)
const depth = fc.integer({ min: 1, max: 300 })
const collections = fc.oneof(
  { weight: 4, arbitrary: fc.array(scalars, { maxLength: 5 }).map((items) => `[${items.join(', ')}]`) },
  {
    weight: 4,
    arbitrary: fc.array(scalars, { maxLength: 5 }).map((items) => items.map((item) => `\n  - ${item}`).join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(keys, scalars), { maxLength: 4 })
      .map((pairs) => `{${pairs.map((pair) => pair.join(': ')).join(', ')}}`),
  },
  fc
    .tuple(depth, fc.constantFrom('[]', '{}'))
    .map(([deep, [open = '', close = '']]) => open.repeat(deep) + close.repeat(deep)),
  depth.map((deep) => Array.from({ length: deep % 60 }, (_, at) => `\n${' '.repeat(at + 1)}k:`).join('')),
  fc
    .tuple(fc.constantFrom('- ', '? ', '*a, ', '[', '- - ', '&a ', '!!str ', '#', ' \n'), fc.nat(400))
    .map(([unit, times]) => unit.repeat(times)),
)
// Each name stands for the two before it: 2 ^ n texts, were it ever expanded.
const bomb = fc.integer({ min: 2, max: 60 }).map((many) => {
  const lines = Array.from({ length: many }, (_, at) => `b${at + 1}: &b${at + 1} [*b${at}, *b${at}]`)
  return `b0: &b0 [x]\n${lines.join('\n')}\ntags: *b${many}`
})
const line = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(keys, fc.constantFrom(': ', ':', ' : ', ':\t', '='))
      .chain(([key, mark]) => fc.oneof(scalars, collections).map((value) => key + mark + value)),
  },
  fc.constantFrom('# comment', '...', '%YAML 1.1', '---', '--- x', ' ', '\t', 'words', '- a', 'slug: b'),
)
const slugLine = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('slug: a', 'slug: quiet-hours', '"slug": \'A.9\'') },
  line,
)
const block = fc.tuple(slugLine, fc.array(fc.oneof({ weight: 30, arbitrary: line }, bomb), { maxLength: 12 }))
// What authors write, more or less: each key once, and values that stand on a line.
const sane = fc.oneof(
  { weight: 5, arbitrary: plain },
  { weight: 3, arbitrary: nastyText.map((text) => JSON.stringify(text)) },
  fc
    .array(
      plain.map((text) => JSON.stringify(text)),
      { maxLength: 4 },
    )
    .map((items) => `[${items.join(', ')}]`),
  fc
    .array(
      nastyText.map((text) => JSON.stringify(text)),
      { maxLength: 3 },
    )
    .map((items) => items.map((item) => `\n- ${item}`).join('')),
  fc.constantFrom('&a x', '!!str 7', '!!int 0042', '{a: b}', '[[a], b]', '>-\n  a\n\n  b', '|\n  a', '~', "'it''s'"),
)
const known = [
  'title',
  'state',
  'id',
  'repo',
  'owners',
  'arbiters',
  'tags',
  'proposed_by',
  'proposed_at',
  'graduated_at',
]
const sanePairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...known, '__proto__', 'constructor', 'more'), sane), {
  selector: ([key]) => key,
  maxLength: 9,
})
const ordinary = fc
  .tuple(sanePairs, fc.constantFrom('a', 'quiet-hours', '"A.9"', '0042', '-a', ''), nastyText)
  .map(([pairs, slug, body]) =>
    ['---', `slug: ${slug}`, ...pairs.map((pair) => pair.join(': ')), '---', body].join('\n'),
  )

const opening = fc.oneof(
  { weight: 9, arbitrary: fc.constant('---') },
  fc.constantFrom('---yaml', '--- ', '---js', '\ufeff---', '----', '\n---', '---\u00a0'),
)
const closing = fc.oneof(
  { weight: 9, arbitrary: fc.constant('---') },
  fc.constantFrom('--- ', '...', '', '---x', '\u2028---'),
)
const breaks = fc.oneof(
  { weight: 20, arbitrary: fc.constant('\n') },
  { weight: 4, arbitrary: fc.constant('\r\n') },
  fc.constant('\r'),
)
const files = fc
  .tuple(opening, block, closing, nastyText, breaks)
  .map(([first, [slug, lines], last, body, end]) =>
    [first, slug, ...lines, last, body].join('\n').replaceAll('\n', end),
  )

const encoder = new TextEncoder()
const asBytes = (text: string) => encoder.encode(text)
const damaged = fc.tuple(files, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 })).map(([text, changes]) => {
  const bytes = asBytes(text)
  for (const [at, value] of changes) bytes[at % bytes.length] = value
  return bytes
})

/** Entry files, from right ones to bytes without sense. */
export const entries: Subject<Uint8Array> = {
  cases: fc.oneof(
    { weight: 6, arbitrary: ordinary.map(asBytes) },
    { weight: 4, arbitrary: mutated(ordinary).map(asBytes) },
    { weight: 4, arbitrary: files.map(asBytes) },
    { weight: 3, arbitrary: mutated(files).map(asBytes) },
    { weight: 2, arbitrary: damaged },
    nastyText.map(asBytes),
    fc.uint8Array({ maxLength: 60 }),
  ),
  open: () => {
    const untouched = Object.getOwnPropertyNames(Object.prototype).length
    return {
      one: judge,
      batch: () => assert.equal(Object.getOwnPropertyNames(Object.prototype).length, untouched),
    }
  },
}

function judge(bytes: Uint8Array): void {
  const { fields, problem } = readEntry(bytes)
  if (problem !== null) judgeProblem(problem)
  if (fields === null) {
    assert.notEqual(problem, null)
    return
  }
  assert.ok(isSlug(fields.slug) && fields.title !== '')
  for (const text of Object.values(fields)) assert.ok(text === null || (text.isWellFormed() && !text.includes('\0')))
  for (const json of [fields.owners_json, fields.arbiters_json, fields.tags_json]) judgeList(json, problem)
  judgeAgain(fields)
}

function judgeProblem(problem: string): void {
  assert.match(problem, /^The .+\.$/)
  assert.ok(problem.length < 1000, `A problem of ${problem.length} characters is no sentence.`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what has none
  assert.doesNotMatch(problem, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
  assert.ok(problem.isWellFormed())
}

function judgeList(json: string | null, problem: string | null): void {
  if (json === null) {
    assert.notEqual(problem, null)
    return
  }
  const list: unknown = JSON.parse(json)
  assert.ok(Array.isArray(list) && list.every((item) => typeof item === 'string'), json)
}

/** What was read, written again as plainly as can be, is read as the same. */
function judgeAgain(fields: EntryFields): void {
  const { body, owners_json: owners, arbiters_json: arbiters, tags_json: tags, rfc_id: id, ...texts } = fields
  const lists = Object.entries({ owners, arbiters, tags }).map(([key, json]) => `${key}: ${json ?? '{}'}`)
  const lines = Object.entries({ id, ...texts }).map(([key, text]) => `${key}: ${JSON.stringify(text)}`)
  const again = [...lines, ...lists].join('\n')
  if (again.length > 30_000) return
  assert.deepEqual(readEntry(asBytes(`---\n${again}\n---\n${body}`)).fields, fields)
}

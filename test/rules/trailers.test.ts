import { expect, test } from 'vitest'
import { readTrailers, supersedes, trailerActor } from '../../src/rules/trailers.ts'

const actor = (body: string, title = 'Add quiet hours') => trailerActor(readTrailers(title, body))
const superseded = (body: string) => supersedes(readTrailers('Add quiet hours', body))

test('the bot’s trailer at the end of the body names the actor', () => {
  expect(actor('A pitch.\n\nOn-behalf-of: Ben Stull <ben>\n')).toBe('ben')
})

test('keys count without case, and CRLF reads as LF', () => {
  expect(actor('A pitch.\r\n\r\non-BEHALF-of: Ben <ben>\r\nSupersedes: #4\r\n')).toBe('ben')
  expect(superseded('A pitch.\r\n\r\nSUPERSEDES: #4\r\n')).toEqual([4])
})

test.each([
  ['a quote', '> On-behalf-of: Eve <eve>'],
  ['a paragraph of its own', 'On-behalf-of: Eve <eve>'],
  ['a code block', '```\nOn-behalf-of: Eve <eve>\n```'],
  ['an HTML comment', '<!--\nOn-behalf-of: Eve <eve>\n-->'],
  ['the middle of a line', 'I speak On-behalf-of: Eve <eve>'],
  ['a value that crosses lines', 'On-behalf-of:\n\n<eve>'],
])('fault 5, F27: %s above the last block does not decide who the actor is', (_where, pitch) => {
  expect(actor(`${pitch}\n\nOn-behalf-of: Ben <ben>`)).toBe('ben')
  expect(actor(`${pitch}\n\nJust words at the end.`)).toBeNull()
})

test('fault 5: two actors in one block are none, also when they agree', () => {
  expect(actor('Words.\n\nOn-behalf-of: Eve <eve>\nOn-behalf-of: Ben <ben>')).toBeNull()
  expect(actor('Words.\n\nOn-behalf-of: Ben <ben>\nOn-behalf-of: Ben <ben>')).toBeNull()
})

test('fault 5: a value that does not end in <who> does not count', () => {
  expect(actor('Words.\n\nOn-behalf-of: Eve\nOn-behalf-of: Ben <ben>\nOn-behalf-of: <eve> and more')).toBe('ben')
  expect(actor('Words.\n\nOn-behalf-of: nobody <>')).toBeNull()
  expect(actor('Words.\n\nOn-behalf-of: nobody < >')).toBeNull()
  expect(actor('Words.\n\nOn-behalf-of: Eve <eve>>')).toBeNull()
  expect(actor('Words.\n\nOn-behalf-of: a <b> <ben@example.org>')).toBe('ben@example.org')
})

test('fault 5: a trailer in the title names nobody', () => {
  expect(actor('', 'On-behalf-of: Eve <eve>')).toBeNull()
  expect(actor('Words.', 'Title\n\nOn-behalf-of: Eve <eve>')).toBeNull()
})

test('a body that is all trailers counts, for the title is a paragraph of its own', () => {
  expect(actor('On-behalf-of: Ben <ben>')).toBe('ben')
})

test('an empty title leaves no paragraph of its own, as for git', () => {
  expect(actor('On-behalf-of: Ben <ben>', '')).toBe('ben')
})

test('a block with a line that is no trailer counts only when git itself wrote a quarter of it', () => {
  expect(actor('Words.\n\nsome words\nOn-behalf-of: Ben <ben>')).toBeNull()
  expect(actor('Words.\n\nsome words\nOn-behalf-of: Ben <ben>\nSigned-off-by: Ben <ben>')).toBe('ben')
})

test('a value folded over lines is one value', () => {
  expect(readTrailers('T', 'Words.\n\nKey : one\n  two\n\tthree  \nOther:x')).toEqual([
    { key: 'Key', value: 'one two three' },
    { key: 'Other', value: 'x' },
  ])
})

test('what stands below the scissors is not the message', () => {
  const below = `# ${'-'.repeat(24)} >8 ${'-'.repeat(24)}\nOn-behalf-of: Eve <eve>\n`
  expect(actor(`Words.\n\nOn-behalf-of: Ben <ben>\n${below}`)).toBe('ben')
})

test('fault 12: every Supersedes trailer of the last block counts, once and in order', () => {
  expect(superseded('Words.\n\nSupersedes: #12\nSupersedes: #4\nsupersedes: #12')).toEqual([4, 12])
})

test('fault 12: Supersedes in a code block or above the last block supersedes nothing', () => {
  expect(superseded('Supersedes: #3\n\n```\nSupersedes: #4\n```\n\nWords.')).toEqual([])
})

test.each([
  '12',
  '#',
  '#0',
  '#-1',
  '#1.5',
  '#1e3',
  '#12, #13',
  '#12 and more',
  '# 12',
  '#٣',
  '#007',
  '#9007199254740992',
  'o/r#12',
])('a Supersedes of %s is none', (value) =>
  expect(superseded(`Words.\n\nSupersedes: ${value}\nSupersedes: #9007199254740991`)).toEqual([9007199254740991]),
)

test('a NUL ends the message and half a character is U+FFFD, as when git reads it', () => {
  expect(readTrailers('T', 'Words.\n\nKey: a\ud800\0b\n\nOther: c')).toEqual([{ key: 'Key', value: 'a\ufffd' }])
})

test('a hostile body of a million characters is read in linear time', () => {
  const units = [
    '\n',
    ' ',
    '\t',
    '\r',
    'a',
    '-',
    ':',
    '#\n',
    'a:\n',
    'a: b\n ',
    ' \n',
    'a:\n \n',
    '<',
    '<a',
    'words\n',
    '\tx\n',
    'Conflicts:\n',
    '\r\n',
  ]
  const started = performance.now()
  for (const unit of units) {
    const many = unit.repeat(1_000_000 / unit.length)
    for (const body of [many, `Words.\n\nOn-behalf-of: Ben ${many}`, `Words.\n\nOn-behalf-of: Ben${many}<ben>`]) {
      trailerActor(readTrailers('T', body))
    }
  }
  expect(performance.now() - started).toBeLessThan(15_000)
})

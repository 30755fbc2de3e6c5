import fc from 'fast-check'
import type { Message } from './git-trailers.ts'

const dashes = '------------------------ >8 ------------------------'
const scissors = `# ${dashes}`

const keys =
  `On-behalf-of|on-behalf-of|ON-BEHALF-OF|Supersedes|supersedes|Signed-off-by|signed-off-by|Signed-off-by |Key|a
|-|--|-a-|9|Clé|ключ|\u212aey|two words|key |key  \t| key|\tkey|key_1|key\v|key\r|(cherry|a.b|#key|`.split('|')
const separators = ':|: |:|: | : |\t:\t|::|=|#| |：|:\r|:\v |:\u00a0'.split('|')
const values =
  `Ben <ben>|Ann <ann@example.org>|<x>|a <b> c|<>|< >|#12|#12, #13|#007|# v|---|a: b|ünï|日本|😀|é | |\t|v \t |\r|a\rb|
\u0007|\u001b[0m|\u00a0|\u0085|\vv\v|v\f|`.split('|')
const good = 'Key: v|On-behalf-of: Ben <ben>|Supersedes: #12'.split('|')
const gitsOwn =
  `Signed-off-by: A <a@b>|Signed-off-by:|Signed-off-by: | Signed-off-by: A|signed-off-by: A|Signed-off-by:A|
(cherry picked from commit 0123456789)|(cherry picked from commit | (cherry picked from commit 0)|(cherry picked from`.split(
    '|',
  )
const ignored =
  `Conflicts:|Conflicts: |conflicts:|Conflicts:\r|# Conflicts:|\tpath/file.c|#\tpath|#|# comment|#comment| # indented|##|
---|--- |---\tx|----| ---|; x|${scissors}|${dashes}|#${dashes}|${scissors} | ${scissors}|\t${dashes}`.split('|')
const prose =
  `\`\`\`|~~~|> On-behalf-of: Q <q>|> quote|<!-- On-behalf-of: H <h> -->|<!--|-->|    On-behalf-of: C <c>|- item|
Just words.|words and: a colon|http://example.org/|key:|:|: v| : v|\ta: b|\\|On-behalf-of|a b: c|%|\u0001`.split('|')
const blanks = '||| |\t|   | \t |\r| \r|\v|\f|\u00a0|\u2028|\ufeff'.split('|')
const ends =
  `\n|\n\n|\r\n|\n \n|\n\t\n|\n#c|\n#c\n|\nConflicts:\n|\nConflicts:\n\ta|\n\tx|\n x|\nwords|\nKey: v|\n${scissors}\n`.split(
    '|',
  )

const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''))
const one = (texts: readonly string[]) => fc.constantFrom(...texts)
const keyed = joined(one(keys), one(separators), one(values))
const indented = joined(one([' ', '\t', '  ', '\r', ' \t', '\n ']), one([...values, ...gitsOwn, ...ignored, ...prose]))
const noise = fc.string({ unit: one([...'aZ9-: \t\r#\n<>().é\v\f']), maxLength: 12 })
const unit = fc.integer({ min: 1, max: 0xffff }).map((code) => String.fromCharCode(code))
const binary = fc.string({ unit, maxLength: 8 })
const long = fc
  .tuple(one(['a', '-', ' ', 'key: v', '\t', 'x ', ': ', '\r']), fc.integer({ min: 500, max: 3000 }))
  .map(([unit, times]) => unit.repeat(times))

const line = fc.oneof(
  { weight: 40, arbitrary: keyed },
  { weight: 14, arbitrary: one(good) },
  { weight: 22, arbitrary: one([...gitsOwn, ...ignored, ...prose]) },
  { weight: 14, arbitrary: indented },
  { weight: 16, arbitrary: one(blanks) },
  { weight: 6, arbitrary: noise },
  { weight: 3, arbitrary: binary },
  { weight: 1, arbitrary: long },
)
const lineBreak = fc.oneof(
  { weight: 30, arbitrary: fc.constant('\n') },
  { weight: 4, arbitrary: fc.constant('\r\n') },
  one(['\r', '\n\n', '\n\r\n', '\r\r\n', '\n \n']),
)
const unended = fc.array(joined(line, lineBreak), { maxLength: 14 }).map((lines) => lines.join(''))
const mixed = fc.oneof(
  unended,
  unended.map((text) => text.replace(/\r?\n$/, '')),
)

// Mixed lines are seldom all trailers, so most bodies end in a block that nearly is one, and then in what git ignores.
const nearlyTrailer = fc.oneof({ weight: 8, arbitrary: one(good) }, keyed, indented, one(gitsOwn), one(['#c', 'words']))
const block = fc.array(nearlyTrailer, { minLength: 1, maxLength: 12 }).map((lines) => lines.join('\n'))
const tail = fc.array(one(ends), { maxLength: 6 }).map((parts) => parts.join(''))
const head = fc.oneof({ weight: 3, arbitrary: mixed }, one(['Words.', 'Conflicts:\n\ta', '#c', 'Key: v']))
const between = one(['\n\n', '\n \n', '\n', '\n\t\r\n', '\n#\n\n'])
const blocked = joined(head, between, block, tail)

// A MiB of a few lines again and again, of short ones most often; seldom, for one costs as much as a thousand others.
const repeated = fc.oneof(
  { weight: 3, arbitrary: fc.constant('a:') },
  nearlyTrailer,
  indented,
  one([...blanks, ...ignored]),
)
const endless = fc
  .array(repeated, { minLength: 1, maxLength: 3 })
  .map((lines) => `${lines.join('\n')}\n`)
  .map((lines) => lines.repeat(2 ** 20 / lines.length))
const huge = joined(head, between, endless, tail)

const titles = [
  'Add an RFC',
  '',
  ' ',
  '#5 fixed',
  '#',
  'Conflicts:',
  'Conflicts:\nwords',
  'Key: v',
  scissors,
  '\r',
  '\n',
  'a\nb',
  'a\n\nKey: v',
]
const title = fc.oneof({ weight: 5, arbitrary: one(titles) }, { weight: 2, arbitrary: line }, mixed)
const body = fc.oneof(
  { weight: 600, arbitrary: mixed },
  { weight: 1200, arbitrary: blocked },
  { weight: 600, arbitrary: joined(block, tail) },
  { weight: 1, arbitrary: huge },
)

/** Titles and bodies of pulls that try every corner of git's rules for trailers. */
export const nastyMessage: fc.Arbitrary<Message> = fc.record({
  title: title.map((text) => text.toWellFormed()),
  body: body.map((text) => text.toWellFormed()),
})

import fc from 'fast-check'

/** Controls, halves of characters, what is no ASCII though it looks so, and what means something to somebody else. */
const words = [
  ...['', ' ', '\t', '\0', '\r', '\n', '\r\n', '\v', '\f', '\u0085', '\u00a0', '\u2028', '\ufeff', '\ud800', '\udc00'],
  ...['\u202e', '\u200f', '\u200b', '\u001b[2J', '\u001b]8;;http://x\u0007', '\u009b31m', '\u0007', '\u007f', '\b'],
  ...[
    '\u0661\u0662',
    '\uff11\uff12',
    '\u00b2',
    '\u{1d7d9}',
    '\u212a',
    '\u017f',
    '\u0130',
    '\u00df',
    'e\u0301',
    '\u{1f600}',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'then'],
  ...['%00', '%', '%zz', '%2e%2e%2f', '%2F', '%0d%0aX: y', '%c0%af', '%ED%A0%80', '%25', '+', '&', '=', ';', '#', '?'],
  ...['../../etc/passwd', '..', '.', '/', '//', '\\', 'file:///etc/passwd', 'http://127.0.0.1/', '@evil.example'],
  ...["'; DROP TABLE jobs; --", '" OR 1=1', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{7*7}}'],
  ...['0', '-0', '-1', '1', '7', '1.5', '1e309', '9007199254740993', '0x10', '00', 'NaN', 'Infinity', 'true', 'null'],
  ...['undefined', '[object Object]', '[]', '{}', '*', 'rfcs', 'rfcs/alpha', 'main', 'refs/heads/main', 'probe'],
]

/** Any UTF-16 unit, halves of characters too. (fast-check's own `binary` takes seconds to get ready.) */
const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))

/** One of them, any text, or a long one. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...words) },
  { weight: 3, arbitrary: fc.string({ unit, maxLength: 12 }) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 5 }).map((some) => some.join('')) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...words), fc.nat(2000)).map(([word, times]) => word.repeat(times)),
  },
)

type Cut = { at: number; length: number; by: string; how: 'insert' | 'replace' | 'remove' | 'double' | 'move' }

/** Cuts in a text: places are shares of its length, so that each fits any text. */
const cuts: fc.Arbitrary<Cut[]> = fc.array(
  fc.record({
    at: fc.noBias(fc.nat(10_000)).map((part) => part / 10_000),
    length: fc.nat(12),
    by: nastyText,
    how: fc.constantFrom('insert', 'replace', 'remove', 'double', 'move'),
  }),
  { maxLength: 4 },
)

/** The texts of `made`, and most of them changed here and there. */
export function mutated(made: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(made, cuts).map(([text, all]) => all.reduce(cut, text))
}

function cut(text: string, { at, length, by, how }: Cut): string {
  const start = Math.floor(at * text.length)
  const [head, part, tail] = [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)]
  if (how === 'insert') return head + by + part + tail
  if (how === 'replace') return head + by + tail
  if (how === 'remove') return head + tail
  return how === 'double' ? head + part + part + tail : head + tail + part
}

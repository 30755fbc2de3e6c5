import { expect, test } from 'vitest'
import { excerpt, plain } from '../../src/rules/plain.ts'

test.each([
  ['\u001b[2J', '\\u001b[2J'],
  ['\u009b31m', '\\u009b31m'],
  ['a\r\nb\0', 'a\\u000d\\u000ab\\u0000'],
  ['\u007f\u0085\u2028\u2029', '\\u007f\\u0085\\u2028\\u2029'],
  ['abc\u202efdp.exe\u2066', 'abc\\u202efdp.exe\\u2066'],
])('%j acts on nothing any more', (text, words) => expect(plain(text)).toBe(words))

test.each(['Ordinary words, with ü, 日本, 😀 and e\u0301.', 'a\u00a0b', ''])('%j stays as it is', (text) =>
  expect(plain(text)).toBe(text),
)

test('of JSON it makes JSON of the same value', () => {
  const value = { 'a\u009b': '\u001b\u202e\u2028"\\' }
  expect(JSON.parse(plain(JSON.stringify(value)))).toEqual(value)
})

test('an excerpt is one line of at most 200 characters, whole ones', () => {
  expect(excerpt('a\n\t b\u001bc')).toBe('a b\\u001bc')
  expect(excerpt('x'.repeat(500))).toHaveLength(200)
  expect(excerpt(`${'x'.repeat(199)}😀`).isWellFormed()).toBe(true)
})

test('an excerpt of nothing but escapes is no longer than a sentence bears, and cuts none of them', () => {
  expect(excerpt('\u0085'.repeat(300))).toBe('\\u0085'.repeat(50))
  expect(excerpt(`a${'\u0085'.repeat(300)}`)).toBe(`a${'\\u0085'.repeat(49)}`)
})

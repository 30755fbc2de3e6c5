import { globSync, readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { print } from '../../src/commands/print.ts'

/** What arrives on a terminal. */
function printed(text: string): string {
  const stream = new PassThrough()
  print(text, stream as unknown as NodeJS.WriteStream)
  return String(stream.read())
}

test('our own colours and line ends act, and nothing else', () => {
  const ours = '\u001b[32m✓\u001b[39m \u001b[1mbold\u001b[22m\n'
  expect(printed(ours)).toBe(ours)
  const theirs = ['\u001b[2J', '\u001b]8;;http://evil.example\u0007', '\u001b[8m', '\u009b2J', '\r', '\b', '\u202e']
  for (const text of theirs) expect(printed(`a${text}b`)).toMatch(/^a\\u[0-9a-f]{4}[ -~]*b$/)
})

test('every command writes through it; the demo shows only what is its own', () => {
  const src = new URL('../../src/', import.meta.url).pathname
  const writers = globSync('**/*.ts', { cwd: src }).filter((path) =>
    /process\.std(?:out|err)\.write/.test(readFileSync(src + path, 'utf8')),
  )
  expect(writers.sort()).toEqual(['cli.ts', 'commands/demo/say.ts'])
})

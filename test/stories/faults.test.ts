import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The rows of docs/faults.md: a fault, and the files that hold it, or the reason why none does. */
const rows = [...read('docs/faults.md').matchAll(/^\| (F?\d+) *\|[^|]+\|([^|]+)\|$/gm)].map(
  ([, fault = '', held = '']) => ({
    fault,
    files: [...held.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path),
    reason: held.trim(),
  }),
)

/** The faults that the names of a file's tests speak of: `fault 2, F22: …` are two, `F11: …` is one, `2: …` is none. */
function faultsIn(path: string): Set<string> {
  const names = read(path).matchAll(/['"`]((?:fault )?)(F?\d+(?:, F?\d+)*):/g)
  return new Set(
    [...names].flatMap(([, word, list = '']) => list.split(', ').filter((one) => word !== '' || one.startsWith('F'))),
  )
}

describe('docs/faults.md', () => {
  test('has a row for each fault, in order', () => {
    const numbers = (count: number, letter: string) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
    expect(rows.map(({ fault }) => fault)).toEqual([...numbers(55, ''), ...numbers(38, 'F')])
  })

  test.each(rows)(
    'fault $fault is in a name of each test file it lists, or has a reason',
    ({ fault, files, reason }) => {
      if (files.length === 0) expect(reason).toMatch(/^[A-Z].*\.$/)
      for (const path of files) expect(faultsIn(path), path).toContain(fault)
    },
  )
})

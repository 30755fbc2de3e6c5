import { expect } from 'vitest'
import { type EntryFields, type ReadEntry, readEntry } from '../../src/rules/entry.ts'

export const read = (text: string): ReadEntry => readEntry(new TextEncoder().encode(text))

export const file = (frontMatter: string, body = 'Body.\n') => `---\n${frontMatter}\n---\n${body}`

/** The fields of a file that must be read without a problem. */
export function fieldsOf(text: string): EntryFields {
  const { fields, problem } = read(text)
  expect(problem).toBeNull()
  if (fields === null) throw new Error('unreadable')
  return fields
}

import { readFrontMatter } from './front-matter.ts'
import { isSlug } from './slug.ts'
import { nulProblem, Unreadable } from './unreadable.ts'

/** What an entry file says, as cached_rfcs keeps it: the author's words, lists as JSON. */
export type EntryFields = {
  slug: string
  title: string
  state: string | null
  rfc_id: string | null
  repo: string | null
  proposed_by: string | null
  proposed_at: string | null
  graduated_at: string | null
  graduated_by: string | null
  owners_json: string | null
  arbiters_json: string | null
  tags_json: string | null
  body: string
}

/** Null fields: the file cannot be read and keeps its last good row. A problem is whole sentences for the author. */
export type ReadEntry = { fields: EntryFields; problem: string | null } | { fields: null; problem: string }

type Values = ReadonlyMap<string, unknown>

/** The largest entry file that is read; a reader of the tree need not fetch a larger one. */
export const maxEntryBytes = 4 * 1024 * 1024

/** The problem of an entry file larger than `maxEntryBytes`. */
export const tooLarge = 'The file is larger than 4 MiB: make it smaller.'

const noEntry = /^[_.]|^readme\.md$|\//i

/** Whether a tree item directly in `rfcs/` is an entry file. */
export function isEntryFile({ name, mode, type }: { name: string; mode: string; type: string }): boolean {
  const isRegular = type === 'blob' && mode.startsWith('100')
  return isRegular && name.endsWith('.md') && !noEntry.test(name)
}

/** Reads an entry file. Never throws, evaluates nothing, and takes linear time, whatever the bytes are. */
export function readEntry(bytes: Uint8Array): ReadEntry {
  try {
    return readText(decode(bytes))
  } catch (error) {
    if (error instanceof Unreadable) return { fields: null, problem: error.message }
    throw error
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > maxEntryBytes) throw new Unreadable(tooLarge)
  if (bytes.includes(0)) throw new Unreadable(nulProblem)
  // Takes one BOM off and reads invalid UTF-8 as U+FFFD.
  return new TextDecoder().decode(bytes)
}

function readText(text: string): ReadEntry {
  const { values, body } = readFrontMatter(text)
  const slug = slugOf(values)
  const problems: string[] = []
  const fields = { slug, ...textFields(values, slug, problems), ...listFields(values, problems), body }
  return { fields, problem: problems.length > 0 ? problems.join(' ') : null }
}

function slugOf(values: Values): string {
  const slug = values.get('slug') ?? ''
  if (slug === '') throw new Unreadable('The front matter has no `slug`: add one.')
  if (typeof slug === 'string' && isSlug(slug)) return slug
  throw new Unreadable(
    'The `slug` is not one: write ASCII letters, digits, `.`, `_` and `-`, with a letter or digit at both ends.',
  )
}

function textFields(values: Values, slug: string, problems: string[]) {
  const text = (key: string) => textOf(key, values.get(key) ?? null, problems)
  return {
    title: text('title') || slug,
    state: text('state'),
    rfc_id: text('id'),
    repo: text('repo'),
    proposed_by: text('proposed_by'),
    proposed_at: text('proposed_at'),
    graduated_at: text('graduated_at'),
    graduated_by: text('graduated_by'),
  }
}

function textOf(key: string, value: unknown, problems: string[]): string | null {
  if (value === null || typeof value === 'string') return value
  problems.push(`The \`${key}\` is not text: write one text, in quotes if it begins with a sign like \`[\` or \`{\`.`)
  return null
}

function listFields(values: Values, problems: string[]) {
  const list = (key: string) => listOf(key, values.get(key) ?? '', problems)
  return { owners_json: list('owners'), arbiters_json: list('arbiters'), tags_json: list('tags') }
}

function listOf(key: string, value: unknown, problems: string[]): string | null {
  if (value === '') return '[]'
  if (typeof value === 'string') return JSON.stringify([value])
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return JSON.stringify(value)
  problems.push(`The \`${key}\` are not a list of texts: write them like \`[first, second]\`.`)
  return Array.isArray(value) ? '[]' : null
}

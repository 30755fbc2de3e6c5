import type { TextFile } from './git-view.ts'

/** What an entry file says; lists are JSON. */
export type Fields = Record<(typeof words)[number], string | null> &
  Record<`${(typeof lists)[number]}_json`, string> & { slug: string; body: string }

/** An entry file with what it says, or, while it is broken, what it last said. */
export type Entry = { path: string; good: { blob: string; fields: Fields } | null; broken: boolean }

/** What each file said when the copy last saw it in order. */
export type Memory = Map<string, { blob: string; fields: Fields }>

const words = ['title', 'state', 'id', 'repo', 'proposed_by', 'proposed_at', 'graduated_at', 'graduated_by'] as const
const lists = ['owners', 'arbiters', 'tags'] as const
const slugForm = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** The entries among the files of rfcs/, in byte order. */
export function readEntries(files: TextFile[], memory: Memory): Entry[] {
  return files
    .filter(({ path }) => path.endsWith('.md') && !/^rfcs\/([._]|readme\.md$)/i.test(path))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
    .map(({ path, blob, text }) => {
      const fields = readSimple(text)
      return { path, good: fields ? { blob, fields } : (memory.get(path) ?? null), broken: fields === null }
    })
}

/** The front matter these tests write: lines of `key: value`, lists as `[a, b]`; null for what is broken. */
function readSimple(text: string): Fields | null {
  const [, front, body] = /^---\n((?:(?!---\n).*\n)*)---\n([\s\S]*)$/.exec(text) ?? []
  if (front === undefined || body === undefined) return null
  const lines = new Map(front.split('\n').map((line) => [line.replace(/:.*/, ''), line.replace(/^[^:]*: ?/, '')]))
  const slug = lines.get('slug') ?? ''
  if (!slugForm.test(slug)) return null
  const said = Object.fromEntries(words.map((key) => [key, lines.get(key) || null]))
  const listed = Object.fromEntries(lists.map((key) => [`${key}_json`, list(lines.get(key) ?? '')]))
  return { ...(said as Fields), ...listed, title: lines.get('title') || slug, slug, body }
}

function list(value: string): string {
  const items = value
    .replace(/^\[(.*)\]$/, '$1')
    .split(',')
    .map((item) => item.trim())
  return JSON.stringify(items.filter((item) => item !== ''))
}

/** Whose each slug is: the file named after it, else the first that claims it. A misnamed or late claimant has a problem. */
export function ownersOf(entries: Entry[]): { owner: Entry; fields: Fields; blob: string; troubled: boolean }[] {
  const paths = new Set(entries.map(({ path }) => path))
  const taken = new Set<string>()
  return entries.flatMap((entry) => {
    if (!entry.good) return []
    const { fields, blob } = entry.good
    const named = `rfcs/${fields.slug}.md`
    const owns = paths.has(named) ? entry.path === named : !taken.has(fields.slug)
    if (!owns) return []
    taken.add(fields.slug)
    return [{ owner: entry, fields, blob, troubled: entry.broken || entry.path !== named }]
  })
}

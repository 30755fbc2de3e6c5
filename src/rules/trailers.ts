import { lastBlock } from './trailer-block.ts'

/** One trailer, as `git interpret-trailers --parse` prints it. */
export type Trailer = { key: string; value: string }

const trailerStart = /^([A-Za-z0-9-]+)[ \t]*:/

/**
 * What `git interpret-trailers --parse --no-divider` with default configuration says of title, blank line and body.
 * Git's own algorithm, so that a quote, a code block or a pitch above the last block can never name an author.
 */
export function readTrailers(title: string, body: string): Trailer[] {
  const message = `${title}\n\n${body}`.replaceAll('\r\n', '\n').toWellFormed()
  return unfolded(lastBlock(message)).flatMap(readTrailer)
}

/** Who the one `On-behalf-of: … <who>` names; two of them, even of the same person, name nobody. */
export function trailerActor(trailers: readonly Trailer[]): string | null {
  const [actor = null, ...others] = valuesOf(trailers, 'on-behalf-of').flatMap(angled)
  return others.length === 0 ? actor : null
}

/** The numbers of the pulls that `Supersedes: #N` trailers name, ascending, each once. */
export function supersedes(trailers: readonly Trailer[]): number[] {
  const numbers = valuesOf(trailers, 'supersedes')
    .map((value) => Number(/^#([1-9][0-9]*)$/.exec(value)?.[1]))
    .filter(Number.isSafeInteger)
  return [...new Set(numbers)].sort((a, b) => a - b)
}

function valuesOf(trailers: readonly Trailer[], key: string): string[] {
  return trailers.filter((trailer) => trailer.key.toLowerCase() === key).map(({ value }) => value)
}

function angled(value: string): string[] {
  const who = /<([^<>]+)>$/.exec(value)?.[1]?.trim()
  return who ? [who] : []
}

// A line that begins with a blank continues the one above it.
function unfolded(block: string): string[] {
  const items: string[] = []
  for (const [line] of block.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const continued = isSpace(line[0]) ? items.pop() : undefined
    items.push((continued ?? '') + line)
  }
  return items
}

function readTrailer(item: string): Trailer[] {
  const start = trailerStart.exec(item)
  if (start?.[1] === undefined) return []
  const value = trim(item.slice(start[0].length)).replaceAll(/\n[ \t\r\n]*/g, ' ')
  return [{ key: start[1], value }]
}

// Git's spaces are these four, fewer than String.trim's; and a regular expression would be quadratic at the end.
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text[start])) start += 1
  while (end > start && isSpace(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r'
}

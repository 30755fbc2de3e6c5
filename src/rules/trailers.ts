import { colonOfTrailer, lastBlock, nextLine } from './trailer-block.ts'

/** One trailer, as `git interpret-trailers --parse` prints it. */
export type Trailer = { key: string; value: string }

/**
 * What `git interpret-trailers --parse --no-divider` with default configuration says of title, blank line and body.
 * Git's own algorithm, so that a quote, a code block or a pitch above the last block can never name an author.
 */
export function readTrailers(title: string, body: string): Trailer[] {
  const message = `${title}\n\n${body}`.replaceAll('\r\n', '\n').toWellFormed()
  return unfolded(lastBlock(message))
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
function unfolded(block: string): Trailer[] {
  const trailers: Trailer[] = []
  for (let start = 0, end = 0; start < block.length; start = end) {
    end = nextLine(block, start)
    while (isSpace(block[end])) end = nextLine(block, end)
    const colon = colonOfTrailer(block, start)
    if (colon !== -1) trailers.push({ key: block.slice(start, colon).trimEnd(), value: read(block, colon + 1, end) })
  }
  return trailers
}

// Git's spaces are these four, fewer than String.trim's; and a regular expression would be quadratic at the end.
function read(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isSpace(text[start])) start += 1
  while (end > start && isSpace(text[end - 1])) end -= 1
  const value = text.slice(start, end)
  return value.includes('\n') ? value.replaceAll(/\n[ \t\r\n]*/g, ' ') : value
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r'
}

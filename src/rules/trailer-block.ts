// How git finds the block of trailers in a message. The odd corners are git's own: test/fuzz/trailers.ts
// holds this file to them, with the local git as the judge. Lines are looked at in place, for a hostile message can
// have millions of them.

const comment = '#'
const scissors = `${comment} ------------------------ >8 ------------------------\n`
const conflicts = 'Conflicts:\n'
const gitsOwnLine = /Signed-off-by: |\(cherry picked from commit /y
const trailerLine = /[A-Za-z0-9-]+[ \t]*:/y
const blankLine = /[ \t\r]*(?:\n|$)/y
const indentedLine = /[ \t\r]/y

/** The last block of trailers in a message, whole lines of it; empty when there is none. */
export function lastBlock(message: string): string {
  const [text = ''] = message.split('\0', 1)
  const end = endOfMessage(text)
  return text.slice(startOfBlock(text, end), end)
}

// Comments, blank lines and an old "Conflicts:" list at the end, and all from the scissors on, are not the message.
function endOfMessage(text: string): number {
  const cutoff = startOfScissors(text)
  // 0 is "none", also for a comment on the very first line: git's own slip.
  let ignored = 0
  let inConflicts = false
  for (let at = 0; at < cutoff; at = nextLine(text, at)) {
    const startsConflicts = text.startsWith(conflicts, at)
    if (startsConflicts) inConflicts = true
    if (startsConflicts || text[at] === '\n' || text[at] === comment) ignored ||= at
    else if (inConflicts && text[at] === '\t') continue
    else if (ignored > 0) {
      ignored = 0
      inConflicts = false
    }
  }
  return ignored || cutoff
}

function startOfScissors(text: string): number {
  if (text.startsWith(scissors)) return 0
  const before = text.indexOf(`\n${scissors}`)
  return before === -1 ? text.length : before + 1
}

// From the end up to a blank line: all must be trailers, or a quarter of them when one is a line git itself writes.
function startOfBlock(text: string, end: number): number {
  const title = endOfTitle(text, end)
  const seen = { gitsOwn: false, trailers: 0, others: 0, indented: 0, any: false }
  for (let at = lastLine(text, end); at >= title; at = lastLine(text, at)) {
    if (!isAt(blankLine, text, at)) count(seen, text, at)
    else if (seen.any) return isBlock(seen) ? nextLine(text, at) : end
  }
  return end
}

// The first paragraph is the title, comments in it or not, and holds no trailers.
function endOfTitle(text: string, end: number): number {
  let at = 0
  while (at < end && !isAt(blankLine, text, at)) at = nextLine(text, at)
  return at
}

type Seen = { gitsOwn: boolean; trailers: number; others: number; indented: number; any: boolean }

function isBlock({ gitsOwn, trailers, others, indented }: Seen): boolean {
  const none = others + indented
  return (gitsOwn && trailers * 3 >= none) || (trailers > 0 && none === 0)
}

// Read upwards: indented lines belong to the trailer above them, and are no trailers when none is there.
function count(seen: Seen, text: string, at: number): void {
  const isComment = text[at] === comment
  seen.any ||= !isComment
  if (isAt(indentedLine, text, at)) {
    seen.indented += 1
    return
  }
  const gitsOwn = isAt(gitsOwnLine, text, at)
  seen.gitsOwn ||= gitsOwn
  if (gitsOwn || isAt(trailerLine, text, at)) seen.trailers += 1
  else seen.others += seen.indented + (isComment ? 0 : 1)
  seen.indented = 0
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Where the line after the one at `at` begins, or the text ends. */
export function nextLine(text: string, at: number): number {
  const lineBreak = text.indexOf('\n', at)
  return lineBreak === -1 ? text.length : lineBreak + 1
}

// The start of the line that ends at `end`; -1 when nothing is before it.
function lastLine(text: string, end: number): number {
  if (end <= 1) return end - 1
  return text.lastIndexOf('\n', end - 2) + 1
}

/** Where the colon of the trailer that begins at `at` is; -1 when none begins there. */
export function colonOfTrailer(text: string, at: number): number {
  return isAt(trailerLine, text, at) ? trailerLine.lastIndex - 1 : -1
}

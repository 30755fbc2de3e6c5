import { lasting } from '../../status/words.ts'

/** What is told of a part: a first line, and lines below it. */
export type Part = [first: string, ...below: string[]]

/** How long before or after `at` a time is; `never` for none. */
export function when(time: string | null, at: string): string {
  if (time === null) return 'never'
  const seconds = (Date.parse(time) - Date.parse(at)) / 1000
  return seconds > 0 ? `in ${lasting(seconds)}` : `${lasting(-seconds)} ago`
}

/** The first of the lines, and how many there are besides. */
export function shortened(lines: string[], most = 10): string[] {
  const more = lines.length - most
  return more > 0 ? [...lines.slice(0, most), `… and ${more} more (--json has all)`] : lines
}

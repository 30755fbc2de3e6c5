import { counted } from '../rules/counted.ts'

const units: [string, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** A length of time for people, in the largest unit of which there are two: `90 seconds`, `16 minutes`, `2 days`. */
export function lasting(seconds: number): string {
  const [unit, length] = units.find(([, size]) => seconds >= 2 * size) ?? ['second', 1]
  return counted(Math.round(seconds / length), unit)
}

/** How long ago that was. */
export function ago(seconds: number): string {
  if (seconds < 2) return 'a moment ago'
  return `${lasting(seconds)} ago`
}

import { counted } from '../rules/counted.ts'

const lengths: [string, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** A length of time for people, in the largest unit of which there are two: `90 seconds`, `16 minutes`, `2 days`. */
export function lasting(seconds: number): string {
  const [unit, length] = lengths.find(([, size]) => seconds >= 2 * size) ?? ['second', 1]
  return counted(Math.round(seconds / length), unit)
}

/** How long ago that was. */
export function ago(seconds: number): string {
  if (seconds < 2) return 'a moment ago'
  return `${lasting(seconds)} ago`
}

const sizes = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** A size in bytes for people: three digits of it, `154 kB`. */
export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${sizes[step]}`
}

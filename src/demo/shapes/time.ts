/** What Go writes for a time that was never set. */
export const NEVER = '0001-01-01T00:00:00Z'

/** RFC 3339 at an offset such as `+0200`; UTC is written Z. */
export function rfc3339(seconds: number, offset = '+0000'): string {
  const minutes = (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3))) * (offset.startsWith('-') ? -1 : 1)
  const local = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19)
  return local + (minutes === 0 ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3)}`)
}

/** A time that may not have come yet. */
export function rfc3339OrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : rfc3339(seconds)
}

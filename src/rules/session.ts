import { createHmac, timingSafeEqual } from 'node:crypto'

/** A working day. */
const lastsMs = 12 * 3_600_000

/** How long a browser that signed in stays so, in seconds. */
export const sessionSeconds = lastsMs / 1000

/** What a browser keeps instead of the token: when it ends, and a proof that whoever knows the token said so. */
export function newSession(token: string, now: number): string {
  return proven(String(now + lastsMs), token)
}

/** Whether that is a session made with this token that has not ended; compared in constant time. */
export function isSession(text: string, token: string, now: number): boolean {
  const [end = ''] = text.split('.')
  return isSame(text, proven(end, token)) && Number(end) > now
}

/** Whether both texts are the same, without telling by its time where they differ. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compared').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

function proven(end: string, token: string): string {
  return `${end}.${createHmac('sha256', token).update(`rfcached session until ${end}`).digest('base64url')}`
}

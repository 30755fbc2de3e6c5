import { sessionSeconds } from '../rules/session.ts'

const name = 'rfcached_session'

/** The session that a Cookie header brings. */
export function sessionIn(header: string | undefined): string | null {
  const found = header?.split(';').find((part) => part.trim().startsWith(`${name}=`))
  return found?.split('=')[1]?.trim() ?? null
}

/** The Set-Cookie header that keeps a session; an empty one ends it. No script reads it, and no other site's page has it sent. */
export function sessionCookie(session: string, { isSecure }: { isSecure: boolean }): string {
  const seconds = session === '' ? 0 : sessionSeconds
  return `${name}=${session}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

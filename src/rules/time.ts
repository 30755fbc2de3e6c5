/**
 * RFC 3339 in UTC with a Z and whole seconds, from any offset that Gitea or git writes; null where a server says nothing:
 * no value, no date, epoch 0 (Gitea 1.23.7 webhooks) or year 1 (Go's zero time, commits of Gitea up to 1.15).
 */
export function utc(text: string | null | undefined): string | null {
  if (!text) return null
  const ms = Date.parse(text)
  if (!Number.isFinite(ms) || ms === 0) return null
  const at = utcOf(ms)
  return at < '0002' ? null : at
}

/** The same spelling for a time in milliseconds since 1970. */
export function utcOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

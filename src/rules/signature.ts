import { createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 as bare hex; Gitea since 1.9, Forgejo's own name since 7.0. All of them are of the same bytes. */
const bareHeaders = ['x-forgejo-signature', 'x-gitea-signature', 'x-gogs-signature']
/** The same with `sha256=` before it (Gitea 1.15). */
const prefixedHeader = 'x-hub-signature-256'

/**
 * Whether one of the secrets signed these bytes, compared in constant time. An empty header (a hook without a secret) and an
 * empty secret prove nothing. The signature covers the body only: a replay is always valid, and so must be harmless.
 */
export function isSigned(body: Uint8Array, headers: Record<string, string | undefined>, secrets: string[]): boolean {
  const bare = bareHeaders.map((name) => headers[name])
  const claimed = [...bare, headers[prefixedHeader]?.replace(/^sha256=/, '')].filter(
    (hex) => hex && /^[0-9a-f]{64}$/i.test(hex),
  )
  const right = secrets
    .filter((secret) => secret !== '')
    .map((secret) => createHmac('sha256', secret).update(body).digest())
  return claimed.some((hex) => right.some((digest) => timingSafeEqual(Buffer.from(hex ?? '', 'hex'), digest)))
}

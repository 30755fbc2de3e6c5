import { createHash } from 'node:crypto'

/** The id git gives these bytes: sha-1 in a repository whose ids are 40 digits long, sha-256 where they are 64. */
export function blobId(bytes: Uint8Array, digits: number): string {
  return createHash(digits === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}

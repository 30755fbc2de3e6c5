import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { TransientError } from '../errors.ts'
import { blobId } from '../rules/blob-id.ts'
import { maxEntryBytes } from '../rules/entry.ts'

/**
 * The wanted files (path -> blob id) of a .tar.gz, each proven by its blob id: export-subst, eol and ident attributes change
 * what an archive holds, export-ignore leaves files out; such files are not in the answer and must be read alone. Nothing is
 * written to a disk, and of a file larger than any entry (a few bytes can stand for gigabytes here) nothing is held.
 * The first component of each path is the repository's name in whatever case, and is dropped.
 * @throws TransientError when the archive is cut short (Gitea 1.26 sends no Content-Length the first time).
 */
export async function filesOfArchive(gzip: Uint8Array, wanted: Map<string, string>): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const tar = extract()
  tar.on('entry', (header, stream, next) => {
    const path = header.name.slice(header.name.indexOf('/') + 1)
    const isWanted = header.type === 'file' && (header.size ?? 0) <= maxEntryBytes
    const sha = isWanted ? wanted.get(path) : undefined
    const chunks: Uint8Array[] = []
    stream.on('data', (chunk) => {
      if (sha && chunk instanceof Uint8Array) chunks.push(chunk)
    })
    stream.on('end', () => {
      const bytes = Buffer.concat(chunks)
      if (sha && blobId(bytes, sha.length) === sha) files.set(path, bytes)
      next()
    })
    stream.on('error', () => {}) // the pipeline throws the same; unheard, it would end the process
  })
  try {
    await pipeline([gzip], createGunzip(), tar)
  } catch (cause) {
    throw new TransientError('The archive did not arrive whole.', { cause })
  }
  return files
}

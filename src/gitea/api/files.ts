import { z } from 'zod'
import { IncompleteListing, TransientError } from '../../errors.ts'
import { blobId } from '../../rules/blob-id.ts'
import { filesOfArchive } from '../archive.ts'
import type { Client } from '../client.ts'
import type { HttpAnswer } from '../door.ts'
import { blobShape, type Content, contentShape, type TreeItem, treeShape } from '../shapes.ts'
import { repoPath } from './repos.ts'
import type { Server } from './server.ts'

/** A request line longer than this may be refused by a proxy. */
const longestQuery = 6000
/** An idle Forgejo 7 takes 13 s for a folder of 949 files, a busy one minutes. */
const folderPatienceMs = 600_000

export function filesApi(client: Client, server: () => Promise<Server>) {
  const tree = async (fullName: string, sha: string): Promise<TreeItem[]> => {
    const { treePageSize } = await server()
    const items: TreeItem[] = []
    for (let page = 1; ; page++) {
      const { data } = await client.json(
        `${repoPath(fullName)}/git/trees/${sha}?per_page=${treePageSize}&page=${page}`,
        treeShape,
      )
      if (!data) throw new IncompleteListing(`The tree ${sha} of ${fullName} is absent.`)
      items.push(...data.tree)
      // Forgejo 7 says `truncated` on the last page too: only the count tells the end.
      if (items.length === data.total_count) return items
      if (data.tree.length === 0 || items.length > data.total_count)
        throw new IncompleteListing(
          `The tree ${sha} of ${fullName} shows ${items.length} of ${data.total_count} items.`,
        )
    }
  }

  return {
    /** What lies directly in the tree of a commit or in a tree, whole. */
    tree,
    /** One blob by id. @throws TransientError when what comes is not that blob. */
    blob: async (fullName: string, sha: string): Promise<Uint8Array> => {
      const { data } = await client.json(`${repoPath(fullName)}/git/blobs/${sha}`, blobShape)
      if (!data) throw new IncompleteListing(`The blob ${sha} of ${fullName} is absent.`)
      return checked(Buffer.from(data.content ?? '', 'base64'), sha)
    },
    /** Files of a commit by path in one answer, verified by the blob ids the caller wants; what differs or is missing is left out. */
    archive: (fullName: string, commit: string, wanted: Map<string, string>): Promise<Map<string, Uint8Array> | null> =>
      client.bytes(`${repoPath(fullName)}/archive/${commit}.tar.gz`, (answer) => filesOfArchive(answer.body, wanted)),
    /** Text, blob id and last commit of one file at a commit; null where it is absent. */
    content: async (fullName: string, path: string, commit: string): Promise<Content | null> =>
      (await client.json(`${repoPath(fullName)}/contents/${encodedPath(path)}?ref=${commit}`, contentShape)).data,
    /** The same for several files (Gitea 1.24); absent and unreadable ones are left out. */
    contents: async (fullName: string, paths: string[], commit: string): Promise<Content[]> => {
      const { filesPerRequest } = await server()
      const batches = batched(paths, filesPerRequest)
      const answers = await Promise.all(
        batches.map((files) =>
          client.json(
            `${repoPath(fullName)}/file-contents?ref=${commit}&body=${encodeURIComponent(JSON.stringify({ files }))}`,
            z.array(contentShape.nullable()),
          ),
        ),
      )
      return answers.flatMap(({ data }) => (data ?? []).filter((item) => item !== null))
    },
    /**
     * Every file of a folder with its last commit, without texts: one slow request (a history walk a file: seconds when idle,
     * minutes under load), so it is not sent twice. Null where absent.
     */
    folder: async (fullName: string, path: string, commit: string): Promise<Content[] | null> => {
      const listing = `${repoPath(fullName)}/contents/${encodedPath(path)}?ref=${commit}`
      return (await client.json(listing, z.array(contentShape), { retries: 0, patienceMs: folderPatienceMs })).data
    },
    /** A file's bytes at a commit; null where Gitea says there is none. */
    raw: (fullName: string, path: string, commit: string): Promise<Uint8Array | null> =>
      client.bytes(`${repoPath(fullName)}/raw/${encodedPath(path)}?ref=${commit}`, proven),
  }
}

/** Gitea gives every text as text/plain, and since 1.18 with its blob id for an ETag: a web page is a proxy's. */
function proven({ headers, body }: HttpAnswer): Uint8Array {
  if (/html/i.test(headers['content-type'] ?? '')) throw new TransientError('A web page came instead of a raw file.')
  const [, sha] = /^"([0-9a-f]{40}|[0-9a-f]{64})"$/.exec(headers.etag ?? '') ?? []
  return sha ? checked(body, sha) : body
}

function checked(bytes: Uint8Array, sha: string): Uint8Array {
  if (blobId(bytes, sha.length) !== sha) throw new TransientError(`Gitea gave other bytes than those of blob ${sha}.`)
  return bytes
}

function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function batched(paths: string[], most: number): string[][] {
  const batches: string[][] = []
  let room = 0
  for (const path of paths) {
    const length = encodeURIComponent(path).length + 9
    const last = batches.at(-1)
    if (last && last.length < most && room >= length) last.push(path)
    else {
      batches.push([path])
      room = longestQuery
    }
    room -= length
  }
  return batches
}

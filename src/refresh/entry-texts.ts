import { blobId } from '../rules/blob-id.ts'
import { maxEntryBytes } from '../rules/entry.ts'
import { lastCommitDates, ownLastCommit, readContents } from './last-commits.ts'
import type { Mirror } from './mirror.ts'

/** A file's bytes, and its last commit and that one's committer date where the same answer told. */
export type ReadText = { bytes: Uint8Array; commit: string | null; committedAt: string | null }

/** Texts by path; files that could not be read, and the first reason why. */
export type ReadTexts = { texts: Map<string, ReadText>; unread: Set<string>; failure: unknown }

/** More files than this come as one archive. */
const few = 60

/**
 * The texts of files at one commit, each proven by its blob id: many as one archive, few with their last commit, whatever
 * differed or was left out alone by its blob, where one that fails holds up no other. A file that is too large is not asked for.
 */
export async function readTexts(
  mirror: Mirror,
  fullName: string,
  commit: string | null,
  files: Map<string, { sha: string; size: number }>,
): Promise<ReadTexts> {
  const wanted = new Map([...files].flatMap(([path, { sha, size }]) => (size > maxEntryBytes ? [] : [[path, sha]])))
  if (commit === null || wanted.size === 0) return { texts: new Map(), unread: new Set(), failure: null }
  const texts =
    wanted.size > few
      ? await fromArchive(mirror, fullName, commit, wanted)
      : await fromContents(mirror, fullName, commit, wanted)
  const left = [...wanted].filter(([path]) => !texts.has(path))
  const blobs = await Promise.allSettled(
    left.map(async ([path, sha]) =>
      texts.set(path, { bytes: await mirror.gitea.files.blob(fullName, sha), commit: null, committedAt: null }),
    ),
  )
  const unread = new Set([...wanted.keys()].filter((path) => !texts.has(path)))
  return { texts, unread, failure: blobs.find((blob) => blob.status === 'rejected')?.reason }
}

async function fromArchive(
  { gitea }: Mirror,
  fullName: string,
  commit: string,
  wanted: Map<string, string>,
): Promise<Map<string, ReadText>> {
  const files = (await gitea.files.archive(fullName, commit, wanted)) ?? new Map<string, Uint8Array>()
  return new Map([...files].map(([path, bytes]) => [path, { bytes, commit: null, committedAt: null }]))
}

async function fromContents(
  mirror: Mirror,
  fullName: string,
  commit: string,
  wanted: Map<string, string>,
): Promise<Map<string, ReadText>> {
  const contents = await readContents(mirror, fullName, [...wanted.keys()], commit)
  const dates = await lastCommitDates(mirror, fullName, contents)
  return new Map(
    contents.flatMap((content) => {
      const { path } = content
      const sha = wanted.get(path)
      const last = ownLastCommit(content)
      const bytes = Buffer.from(content.content ?? '', 'base64')
      if (sha === undefined || blobId(bytes, sha.length) !== sha) return []
      return [[path, { bytes, commit: last, committedAt: last && (dates.get(last) ?? null) }]]
    }),
  )
}

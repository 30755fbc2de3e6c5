import { maxEntryBytes, type ReadEntry, readEntry, tooLarge } from '../rules/entry.ts'
import type { ReadText } from './entry-texts.ts'
import { type Mirror, writeAll } from './mirror.ts'

/** An entry file as a tree shows it. */
export type ListedFile = { sha: string; size: number }

type ReadFile = { path: string; sha: string; read: ReadEntry; text: ReadText | null }

/** Parsing YAML takes a millisecond a file: the event loop gets a turn between so many. */
const parsedAtOnce = 20

/**
 * Parses the files that were read and keeps what they say, 200 a transaction; `last` comes with the last. `touched` are the files
 * whose date may be another than before, null: all.
 */
export async function writeFiles(
  mirror: Mirror,
  files: Map<string, ListedFile>,
  texts: Map<string, ReadText>,
  touched: Set<string> | null,
  last: () => void,
): Promise<void> {
  const { store } = mirror
  const read = await parseAll(files, texts)
  store.transaction(() => {
    // Until these are shown, dates that are being read are those of another tip.
    store.settings.set('entries_moving', '1')
    if (touched === null) store.entryFiles.setAllDue()
    else for (const path of touched) store.entryFiles.setDue(path)
  })
  const write = (some: ReadFile[]) => {
    for (const file of some) writeFile(mirror, file)
  }
  await writeAll(mirror, read, write, last)
}

async function parseAll(files: Map<string, ListedFile>, texts: Map<string, ReadText>): Promise<ReadFile[]> {
  const read: ReadFile[] = []
  for (const [path, { sha, size }] of files) {
    const text = texts.get(path) ?? null
    read.push({
      path,
      sha,
      text,
      read: text && size <= maxEntryBytes ? readEntry(text.bytes) : { fields: null, problem: tooLarge },
    })
    if (read.length % parsedAtOnce === 0) await new Promise(setImmediate)
  }
  return read
}

function writeFile({ store }: Mirror, { path, sha, read, text }: ReadFile): void {
  if (read.fields) store.entryFiles.writeGood(path, sha, read.fields, read.problem)
  else store.entryFiles.writeBroken(path, sha, read.problem)
  store.entryFiles.setDue(path)
  if (text?.committedAt) store.entryFiles.date(path, text.committedAt, text.commit)
}

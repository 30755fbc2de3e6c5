import { TransientError } from '../errors.ts'
import type { Content } from '../gitea/shapes.ts'
import { lastCommitDates, ownLastCommit, readContents } from './last-commits.ts'
import { type Mirror, metaRepo, type Refreshed, shownOr, timeNow, writeAll } from './mirror.ts'

/** Few dates are asked file by file; more come as one contents listing, which costs the server a history walk a file. */
const few = 60

type Dated = { path: string; commit: string; committedAt: string | null }

/** Fills the last_entry_commit_at that are not known yet: what `git log -1 -- <file>` shows at the tip whose entries are held. */
export async function refreshEntryDates(mirror: Mirror): Promise<Refreshed> {
  const { full_name, tip } = metaRepo(mirror)
  const due = mirror.store.entryFiles.due().map(({ path }) => path)
  if (due.length === 0 || tip === null) return { warnings: [] }
  const listing = due.length > few ? await folder(mirror, full_name, tip) : null
  if (listing) await writeDates(mirror, full_name, tip, due, listing)
  else {
    for (let from = 0; from < due.length; from += few) {
      const paths = due.slice(from, from + few)
      await writeDates(mirror, full_name, tip, paths, await readContents(mirror, full_name, paths, tip))
    }
  }
  const undated = mirror.store.entryFiles.due().length
  return {
    warnings:
      undated === 0 ? [] : [`Gitea cannot show the last commit of ${undated} entries: their dates stay as they were.`],
  }
}

/** Null where one listing of everything is more than the server, or a proxy before it, has patience for. */
async function folder({ gitea, log }: Mirror, fullName: string, tip: string): Promise<Content[] | null> {
  try {
    return await gitea.files.folder(fullName, 'rfcs', tip)
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    log.warn({ err: error }, 'dates are asked file by file')
    return null
  }
}

async function writeDates(
  mirror: Mirror,
  fullName: string,
  tip: string,
  paths: string[],
  contents: Content[],
): Promise<void> {
  const { store } = mirror
  const dated = await datesOf(mirror, fullName, tip, paths, contents)
  const now = timeNow(mirror)
  const write = (dates: Dated[]) => {
    if (store.repos.meta()?.tip !== tip || store.settings.get('entries_moving') !== null)
      throw new TransientError('The entries moved on while their dates were read.')
    for (const { path, commit, committedAt } of dates) {
      store.entryFiles.date(path, committedAt, commit)
      store.rfcs.projectFile(path, now)
    }
  }
  await writeAll(mirror, dated, write, () => {})
}

async function datesOf(
  mirror: Mirror,
  fullName: string,
  tip: string,
  paths: string[],
  contents: Content[],
): Promise<Dated[]> {
  const byPath = new Map(contents.map((content) => [content.path, content]))
  const dates = await lastCommitDates(mirror, fullName, contents)
  const dated = paths.map(async (path): Promise<Dated[]> => {
    const content = byPath.get(path)
    const commit = content && ownLastCommit(content)
    const known = commit && dates.get(commit)
    if (known !== undefined && known !== null && commit) return [{ path, commit, committedAt: known }]
    const last = await shownOr(mirror.gitea.commits.last(fullName, path, tip), null)
    // A file that is there has a commit: where Gitea shows none, the date is still to be asked.
    return last ? [{ path, commit: last.sha, committedAt: last.committedAt }] : []
  })
  return (await Promise.all(dated)).flat()
}

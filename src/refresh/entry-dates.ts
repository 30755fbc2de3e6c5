import { isStop, LeaseLost, sentence, TransientError } from '../errors.ts'
import type { Content } from '../gitea/shapes.ts'
import type { BackfillName } from '../store/backfills.ts'
import { lastCommitDates, ownLastCommit, readContents } from './last-commits.ts'
import { askOnceMore, type Mirror, metaRepo, type Refreshed, shownOr, timeNow, writeAll } from './mirror.ts'

/** Few dates are asked file by file; more come as one contents listing, which costs the server a history walk a file. */
const few = 60

/** As which the dates tell how far they are, whoever reads them. */
const backfill: BackfillName = 'entry-dates'

type OnProgress = (done: number, total: number) => void
/** Called with how many rows were written, in the transaction that wrote them. */
type OnWritten = (rows: number) => void
type Dated = { path: string; commit: string; committedAt: string | null }

/** Fills the last_entry_commit_at that are not known yet: what `git log -1 -- <file>` shows at the tip whose entries are held. */
export async function refreshEntryDates(mirror: Mirror, onProgress: OnProgress = () => {}): Promise<Refreshed> {
  const { store } = mirror
  const { full_name, tip } = metaRepo(mirror)
  const due = tip === null ? [] : store.entryFiles.due().map(({ path }) => path)
  const span = { last: null, total: due.length }
  store.transaction(() => store.backfills.begin(backfill, span, timeNow(mirror)))
  try {
    let done = 0
    const onWritten = (rows: number) => {
      store.backfills.advance(backfill, 0, rows, timeNow(mirror))
      done += rows
      onProgress(done, due.length)
    }
    if (tip !== null) await readDates(mirror, full_name, tip, due, onWritten)
  } catch (error) {
    keepError(mirror, error)
    throw error
  }
  const undated = tip === null ? 0 : store.entryFiles.due().length
  const warning = `Gitea cannot show the last commit of ${undated} entries: their dates stay as they were.`
  store.transaction(() => {
    store.backfills.complete(backfill, timeNow(mirror), undated === 0 ? null : warning)
    if (undated > 0 && tip !== null) tryAgain(mirror, tip)
  })
  return { warnings: undated === 0 ? [] : [warning] }
}

/** What has had its second try at a tip waits for a sweep, or for another tip. */
function tryAgain(mirror: Mirror, tip: string): void {
  const { settings } = mirror.store
  if (settings.get('dates_tried') === tip) return
  settings.set('dates_tried', tip)
  askOnceMore(mirror, { kind: 'entry-dates' })
}

async function readDates(
  mirror: Mirror,
  fullName: string,
  tip: string,
  due: string[],
  onWritten: OnWritten,
): Promise<void> {
  const listing = due.length > few ? await folder(mirror, fullName, tip) : null
  if (listing) return writeDates(mirror, fullName, tip, due, listing, onWritten)
  for (let from = 0; from < due.length; from += few) {
    const paths = due.slice(from, from + few)
    await writeDates(mirror, fullName, tip, paths, await readContents(mirror, fullName, paths, tip), onWritten)
  }
}

/** What may go better later is tried again by itself; of the rest a person must know. */
function keepError(mirror: Mirror, error: unknown): void {
  const { backfills } = mirror.store
  if (isStop(error) || error instanceof LeaseLost) return
  const end = error instanceof TransientError ? backfills.wait : backfills.fail
  mirror.store.transaction(() => end(backfill, sentence(error), timeNow(mirror)))
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
  onWritten: OnWritten,
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
    onWritten(dates.length)
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

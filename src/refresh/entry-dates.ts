import { TransientError } from '../errors.ts'
import type { Content } from '../gitea/shapes.ts'
import type { DueDate } from '../store/entry-files.ts'
import { lastCommitDates, readContents } from './last-commits.ts'
import { type Mirror, metaRepo, type Refreshed, timeNow, writeAll } from './mirror.ts'

/** Few dates are asked file by file; more come as one contents listing, which costs the server a history walk a file. */
const few = 60

type Dated = { path: string; commit: string | null; committedAt: string | null }

/** Fills the last_entry_commit_at that are not known yet: what `git log -1 -- <file>` shows at the tip whose entries are held. */
export async function refreshEntryDates(mirror: Mirror): Promise<Refreshed> {
  const { store } = mirror
  const { id, full_name, tip } = metaRepo(mirror)
  const due = store.entryFiles.due()
  if (due.length === 0 || tip === null) return { warnings: [] }
  const contents = await lastCommits(mirror, full_name, tip, due)
  const dated = await datesOf(mirror, full_name, tip, due, contents)
  if (store.repos.byId(id)?.tip !== tip) throw new TransientError('The entries moved on while their dates were read.')
  const now = timeNow(mirror)
  const write = (dates: Dated[]) => {
    for (const { path, commit, committedAt } of dates) {
      store.entryFiles.date(path, committedAt, commit)
      store.rfcs.projectFile(path, now)
    }
  }
  await writeAll(mirror, dated, write, () => {})
  return { warnings: [] }
}

async function lastCommits(
  mirror: Mirror,
  fullName: string,
  tip: string,
  due: DueDate[],
): Promise<Map<string, Content>> {
  const paths = due.map(({ path }) => path)
  const contents =
    due.length > few
      ? await mirror.gitea.files.folder(fullName, 'rfcs', tip)
      : await readContents(mirror, fullName, paths, tip)
  return new Map((contents ?? []).map((content) => [content.path, content]))
}

async function datesOf(
  mirror: Mirror,
  fullName: string,
  tip: string,
  due: DueDate[],
  contents: Map<string, Content>,
): Promise<Dated[]> {
  const dates = await lastCommitDates(mirror, fullName, [...contents.values()])
  return Promise.all(
    due.map(async ({ path }) => {
      const commit = contents.get(path)?.last_commit_sha
      if (commit) return { path, commit, committedAt: dates.get(commit) ?? null }
      const last = await mirror.gitea.commits.last(fullName, path, tip)
      return { path, commit: last?.sha ?? null, committedAt: last?.committedAt ?? null }
    }),
  )
}

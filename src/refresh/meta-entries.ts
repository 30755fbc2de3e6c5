import { isEntryFile } from '../rules/entry.ts'
import { touchedBetween } from '../rules/history.ts'
import type { RepoRow } from '../store/repos.ts'
import { metaTip } from './default-branch.ts'
import { settleEntries, wantedNames } from './entries-settled.ts'
import { type ListedFile, writeFiles } from './entries-written.ts'
import { readTexts } from './entry-texts.ts'
import { ask, believed, type Mirror, metaRepo, type Refreshed, shownOr, timeNow, writeAll } from './mirror.ts'
import { listedRow, lookUp } from './repos.ts'

type Listing = { tip: string | null; files: Map<string, ListedFile> }

/** Brings cached_rfcs up to date with rfcs/ at one commit of the meta repository: only blobs that are not held are read. */
export async function refreshMetaEntries(mirror: Mirror, whole: boolean): Promise<Refreshed> {
  const { store } = mirror
  const meta = metaRepo(mirror)
  const held = new Map(store.entryFiles.all().map((file) => [file.path, file]))
  const gone = ({ files }: Listing) => [...held.keys()].filter((path) => !files.has(path))
  const listing = await believed(mirror, held.size, () => list(mirror, meta), gone)
  if (listing.tip === meta.tip && !whole) return { warnings: [] }
  const missing = new Map([...listing.files].filter(([path, { sha }]) => held.get(path)?.blob !== sha))
  const { texts, unread, failure } = await readTexts(mirror, meta.full_name, listing.tip, missing)
  for (const path of unread) missing.delete(path)
  const touched = await touchedSince(mirror, meta, listing.tip)
  await writeFiles(mirror, missing, texts, touched, () => {
    for (const path of gone(listing)) store.entryFiles.drop(path)
    settleEntries(mirror)
  })
  // Without its texts the tip is not held: what could not be read now is read the next time.
  await project(mirror, meta, unread.size > 0 ? meta.tip : listing.tip)
  await findNames(mirror, meta.id)
  if (unread.size > 0) throw failure
  return { warnings: [] }
}

async function list(mirror: Mirror, meta: RepoRow): Promise<Listing> {
  const { gitea } = mirror
  const refs = await gitea.refs.list(meta.full_name)
  const tip = await metaTip(mirror, meta, refs)
  if (tip === null) return { tip, files: new Map() }
  if (tip === meta.tip)
    return {
      tip,
      files: new Map(mirror.store.entryFiles.all().map(({ path, blob }) => [path, { sha: blob, size: 0 }])),
    }
  const root = await gitea.files.tree(meta.full_name, tip)
  const folder = root.find((item) => item.path === 'rfcs' && item.type === 'tree')
  const items = folder ? await gitea.files.tree(meta.full_name, folder.sha) : []
  const entries = items.filter((item) => isEntryFile({ name: item.path, mode: item.mode, type: item.type }))
  return { tip, files: new Map(entries.map(({ path, sha, size }) => [`rfcs/${path}`, { sha, size }])) }
}

/** The files whose last commit may be another than before; null: every file's. */
async function touchedSince({ gitea }: Mirror, meta: RepoRow, tip: string | null): Promise<Set<string> | null> {
  if (!meta.tip || !tip) return null
  if (meta.tip === tip) return new Set()
  // A tip that is no more (history rewritten and swept, a backup restored) is a 500: then every date may be another.
  const range = await shownOr(gitea.commits.between(meta.full_name, meta.tip, tip), null)
  return range && touchedBetween(meta.tip, tip, range)
}

/** Repositories that entries name and nobody has listed yet: made just now, or renamed since. */
async function findNames(mirror: Mirror, metaId: number): Promise<void> {
  const { store, owner } = mirror
  const unknown = wantedNames(store.entryFiles.all(), owner).filter((name) => !store.repos.isAsked(name))
  const found = await lookUp(mirror, unknown)
  if (found.length === 0) return
  store.transaction(() => {
    for (const { name, repo } of found) {
      if (repo === 'unread') continue
      const isOurs = repo?.owner.toLowerCase() === owner.toLowerCase()
      if (repo && isOurs && !store.repos.byId(repo.id)) store.repos.upsert(listedRow(repo, metaId))
      store.repos.lead(name, repo && isOurs ? repo.id : null)
    }
    settleEntries(mirror)
  })
}

/** Shows readers what is held now: 200 rows at a time, the removals and the tip with the last. */
async function project(mirror: Mirror, meta: RepoRow, tip: string | null): Promise<void> {
  const { store } = mirror
  const now = timeNow(mirror)
  const owners = store.entryFiles.all().filter((file) => file.owns)
  await writeAll(
    mirror,
    owners,
    (files) => {
      for (const { path } of files) store.rfcs.projectFile(path, now)
    },
    () => {
      store.rfcs.removeUnowned(now)
      store.branches.removeMain(meta.full_name)
      store.repos.setTip(meta.id, tip, null)
      store.settings.drop('entries_moving')
      ask(mirror, { kind: 'meta-branches' })
      if (store.entryFiles.due().length > 0) ask(mirror, { kind: 'entry-dates' })
    },
  )
}

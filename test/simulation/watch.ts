import Sqlite from 'better-sqlite3'
import type { Row } from '../support/copy.ts'
import { standAside } from './ground.ts'
import { type Action, meaningOf } from './meaning.ts'
import type { Timeline } from './timeline.ts'
import { pullColumns } from './truth.ts'
import { bodies, bot } from './upstream.ts'

type Table = 'cached_rfcs' | 'cached_branches' | 'cached_prs'
/** A repository as the file holds it. */
export type Held = { id: number; full_name: string; is_meta: number; rfc_slug: string | null; default_branch: string }
type Change = { seq: number; table_name: Table; key: string; op: string }

const tables: { name: Table; key: (row: Row) => string; isGone: (row: Row) => boolean }[] = [
  { name: 'cached_rfcs', key: (row) => String(row.slug), isGone: (row) => row.removed_at !== null },
  {
    name: 'cached_branches',
    key: (row) => `${row.rfc_slug} ${row.repo} ${row.branch_name}`,
    isGone: (row) => row.state === 'deleted',
  },
  {
    name: 'cached_prs',
    key: (row) => `${row.repo}#${row.pr_number}`,
    isGone: (row) => row.upstream_state === 'deleted',
  },
]
const derived = ['state', 'opened_by', 'opened_by_source', 'superseded_by_pr_number', 'closed_at'] as const
/** What no reader is told of: it says when we saw something. */
const unread = new Set(['updated_at', 'body', 'body_sha'])

export type Watcher = ReturnType<typeof watch>

/**
 * A reader of the file, who looks at it after every commit: rows, feed and derived columns must agree, and what is shown must have
 * been true upstream, no earlier than what was shown before. `wrong` is told of each violation; `doubtful` are RFCs of which
 * nobody can say what they are called, for a file of theirs was broken.
 */
export function watch(file: string, timeline: Timeline, doubtful: Set<string>, wrong: (what: string) => void) {
  const db = new Sqlite(file, { readonly: true })
  standAside(db)
  const rowsOf = new Map(tables.map(({ name }) => [name, db.prepare<[], Row>(`SELECT * FROM ${name}`)]))
  const feed = db.prepare<[number], Change>('SELECT seq, table_name, key, op FROM changes WHERE seq > ? ORDER BY seq')
  const latest = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM changes').pluck()
  const repos = db.prepare<[], Held>('SELECT id, full_name, is_meta, rfc_slug, default_branch FROM repos')
  const actions = db.prepare<[], Action>('SELECT * FROM actions')
  const named = db.prepare<[], { repo: string; pr_number: number; supersedes: number }>('SELECT * FROM pr_supersedes')
  let seq = latest.get() ?? 0
  let held = new Map<number, Held>()
  const whole = wholeText(db)
  let text = ''
  const shown = new Map<Table, Map<string, Row>>(tables.map(({ name }) => [name, new Map()]))

  const look = (isFirst = false) => {
    const said = feed.all(seq)
    const is = whole.get() ?? ''
    // Most commits move nothing that is looked at here.
    if (said.length === 0 && is === text) return
    text = is
    seq = said.at(-1)?.seq ?? seq
    const before = held
    held = new Map(repos.all().map((repo) => [repo.id, repo]))
    watchRepos(before, held, timeline, wrong)
    for (const { name, key, isGone } of tables) {
      const was = shown.get(name) ?? new Map()
      const is = new Map((rowsOf.get(name)?.all() ?? []).map((row) => [key(row), row]))
      shown.set(name, is)
      const told = new Map<string, string[]>()
      for (const change of said)
        if (change.table_name === name) told.set(change.key, [...(told.get(change.key) ?? []), change.op])
      for (const id of new Set([...was.keys(), ...is.keys()])) {
        const [old, now] = [was.get(id), is.get(id)]
        const fault = feedFault(old, now, told.get(id) ?? [], isGone)
        if (fault && !isFirst) wrong(`feed: ${name} ${id} ${fault}`)
        if (differs(old, now)) watchRow(name, old, now, now ? isGone(now) : true, before)
        else if (old?.updated_at !== now?.updated_at)
          wrong(`moved: ${name} ${id} has another updated_at, and nothing else`)
      }
    }
    watchMeaning()
  }

  /** The repository that a row is of; nobody's business when it was moved with its repository, which is looked at itself. */
  const repoOf = (old: Row | undefined, now: Row | undefined, before: Map<number, Held>) => {
    const named = (repos: Map<number, Held>, row: Row | undefined) =>
      [...repos.values()].find(({ full_name }) => full_name === row?.repo)
    const was = named(before, old)
    const is = now ? named(held, now) : held.get(was?.id ?? -1)
    return { repo: now || is?.full_name === was?.full_name ? is : undefined, isOther: was?.id !== is?.id }
  }

  const watchRow = (
    table: Table,
    old: Row | undefined,
    now: Row | undefined,
    gone: boolean,
    before: Map<number, Held>,
  ) => {
    const isNews = !gone || (old !== undefined && !tables.find(({ name }) => name === table)?.isGone(old))
    if (!isNews) return
    if (table === 'cached_rfcs') watchRfc(old, now, gone, before)
    else {
      const { repo, isOther } = repoOf(old, now, before)
      if (!gone && !repo) wrong(`stray: ${table} has a live row of ${now?.repo}, which is no repository`)
      if (!repo || doubtful.has(String((now ?? old)?.rfc_slug))) return
      // Of a pull its repository's id was read with it, of refs only the name.
      if (timeline.isMixed(repo.id)) {
        if (table === 'cached_prs' && !gone) watchContent(repo, isOther ? undefined : old, now)
      } else if (table === 'cached_branches') watchBranch(repo, isOther ? undefined : old, now, gone, now ?? old)
      else watchPull(repo, isOther ? undefined : old, now, gone, now ?? old)
    }
  }
  const must = (fault: string | null) => {
    if (fault) wrong(fault)
  }

  const watchRfc = (old: Row | undefined, now: Row | undefined, gone: boolean, before: Map<number, Held>) => {
    const slug = String((now ?? old)?.slug)
    if (doubtful.has(slug)) return
    if (gone) {
      const [path, ...elsewhere] = entryFacts(old)
      const isLost = elsewhere.some((fact) => timeline.heldSinceShown(fact, null, fact))
      if (!isLost && !timeline.heldSinceShown(`owner ${slug}`, null, path ?? ''))
        wrong(`gone: the RFC ${slug}, though it always had a file since it was shown`)
      return
    }
    if (old?.entry_path !== now?.entry_path || old?.entry_sha !== now?.entry_sha)
      must(showOne(timeline, entryFacts(now), String(now?.entry_sha)))
    const [was, own] = [before, held].map((repos) => [...repos.values()].find(({ rfc_slug }) => rfc_slug === slug))
    const document = now?.document_sha === null ? null : String(now?.document_sha)
    // Of a repository that is followed only now, nothing has been read.
    const isRead = document !== null || was?.id === own?.id
    if (own && isRead && !timeline.isMixed(own.id) && old?.document_sha !== now?.document_sha)
      must(showOne(timeline, documentFacts(timeline, own.id), document))
    const sha = now?.state === 'active' && now.document_sha !== null ? now.document_sha : now?.entry_sha
    if (now?.body_sha !== sha) wrong(`derived: the body of ${slug} is neither its document's nor its entry's`)
  }

  const watchBranch = (repo: Held, old: Row | undefined, now: Row | undefined, gone: boolean, row: Row | undefined) => {
    const isMain = repo.is_meta && row?.branch_name === 'main'
    const fact = `branch ${repo.id} ${row?.branch_name}`
    if (old?.state === 'closed' && now?.state === 'open') wrong(`opened: ${fact}, which the application had closed`)
    const facts = isMain ? defaults.map((branch) => `branch ${repo.id} ${branch}`) : [fact]
    if (!gone) {
      if (old?.head_sha !== now?.head_sha || old?.state === 'deleted')
        must(showOne(timeline, facts, String(now?.head_sha)))
    } else if (!isMain && (repo.is_meta || repo.rfc_slug === row?.rfc_slug)) must(timeline.show(fact, null))
  }

  const watchPull = (repo: Held, old: Row | undefined, now: Row | undefined, gone: boolean, row: Row | undefined) => {
    const fact = `pull ${repo.id} ${row?.pr_number}`
    if (gone) {
      const unwanted = timeline.heldSinceShown(`wanted ${repo.id} ${row?.pr_number}`, null, fact)
      if (repo.is_meta ? !unwanted : repo.rfc_slug !== null && !timeline.heldSinceShown(fact, null, fact))
        wrong(`gone: ${fact}, though it was always there since it was shown`)
      return
    }
    watchContent(repo, old, now)
    if (old?.head_sha !== now?.head_sha) must(timeline.show(`head ${repo.id} ${row?.pr_number}`, String(now?.head_sha)))
  }

  const watchContent = (repo: Held, old: Row | undefined, now: Row | undefined) => {
    const said = (one: Row | undefined) => JSON.stringify(pullColumns.map((column) => one?.[column] ?? null))
    if (said(old) !== said(now)) must(timeline.show(`pull ${repo.id} ${now?.pr_number}`, said(now)))
  }

  const watchMeaning = () => {
    const pulls = [...(shown.get('cached_prs')?.values() ?? [])]
    const known = [...held.values()].filter((repo) => repo.is_meta || repo.rfc_slug !== null)
    const noted = actions.all()
    const meant = meaningOf(pulls, noted, new Set(known.map(({ full_name }) => full_name.toLowerCase())))
    for (const [at, row] of pulls.entries()) {
      const name = `${row.repo}#${row.pr_number}`
      const want = meant[at]
      for (const column of derived) {
        if (row[column] !== want?.[column])
          wrong(`derived: ${name} has ${column} ${row[column]}, where it follows to be ${want?.[column]}`)
      }
      const body = bodies.find(({ text }) => text === row.description)
      const isBot = String(row.opener_login).toLowerCase() === bot
      const actor = isBot ? (body?.actor ?? null) : null
      if ((row.opener_is_bot === 1) !== isBot)
        wrong(`named: ${name} was opened by ${row.opener_login}, and says ${row.opener_is_bot} to being the bot’s`)
      const evidence = [row.opener_login, actor, ...noted.map((one) => one.on_behalf_of)]
      if (!evidence.includes(String(row.opened_by))) wrong(`named: ${name} says ${row.opened_by} opened it`)
      if (row.trailer_actor !== actor)
        wrong(`named: ${name} has trailer_actor ${row.trailer_actor} from ${JSON.stringify(row.description)}`)
    }
    const wanted = pulls.flatMap((row) =>
      (bodies.find(({ text }) => text === row.description)?.supersedes ?? []).map(
        (n) => `${row.repo}#${row.pr_number} ${n}`,
      ),
    )
    const have = named.all().map(({ repo, pr_number, supersedes }) => `${repo}#${pr_number} ${supersedes}`)
    if (wanted.toSorted().join() !== have.toSorted().join())
      wrong(`derived: Supersedes ${have} where the texts say ${wanted}`)
  }
  look(true)
  return {
    look: () => look(),
    rows: (table: Table) => shown.get(table) ?? new Map<string, Row>(),
    repos: () => held,
    seq: () => seq,
    isGone: (table: Table, row: Row) => tables.find(({ name }) => name === table)?.isGone(row) ?? true,
    db,
  }
}

/** All that the watcher looks at, as one text: comparing it costs less than reading the rows. */
function wholeText(db: Sqlite.Database) {
  const texts = [...tables.map(({ name }) => name), 'repos', 'pr_supersedes', 'actions'].map((table) => {
    const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
    return `(SELECT json_group_array(json_array(${columns.join()})) FROM ${table})`
  })
  return db.prepare<[], string>(`SELECT ${texts.join(' || ')}`).pluck()
}

/** Both names a default branch has here: what was read may be of the one that was the default when it was asked. */
const defaults = ['main', 'trunk']

function entryFacts(row: Row | undefined): string[] {
  return defaults.map((branch) => `entry ${branch} ${row?.entry_path}`)
}

/** What its document was at the tip of each branch that has been its default. */
function documentFacts(timeline: Timeline, id: number): string[] {
  return defaults.filter((branch) => timeline.was(`branch ${id} ${branch}`)).map((branch) => `document ${branch} ${id}`)
}

/** One of several facts is shown, nobody can say which. */
function showOne(timeline: Timeline, facts: string[], value: string | null): string | null {
  const faults = facts.map((fact) => timeline.show(fact, value))
  return faults.includes(null) ? null : faults.join('; ')
}

function watchRepos(
  before: Map<number, Held>,
  now: Map<number, Held>,
  timeline: Timeline,
  wrong: (what: string) => void,
) {
  for (const id of new Set([...before.keys(), ...now.keys()])) {
    const [old, is] = [before.get(id), now.get(id)]
    // Two that change names with each other step aside first, in the same transaction.
    if (old?.full_name === is?.full_name) continue
    const fault = timeline.show(`name ${id}`, is?.full_name ?? null)
    if (fault) wrong(fault)
  }
}

function differs(old: Row | undefined, now: Row | undefined): boolean {
  if (!old || !now) return old !== now
  return Object.keys(now).some((column) => !unread.has(column) && old[column] !== now[column])
}

/** What the feed did not say, or said of nothing. */
function feedFault(
  old: Row | undefined,
  now: Row | undefined,
  ops: string[],
  isGone: (row: Row) => boolean,
): string | null {
  const was = old !== undefined && !isGone(old)
  const is = now !== undefined && !isGone(now)
  const op = ops.at(-1)
  if (differs(old, now) && op === undefined) return 'moved, and the feed does not say so'
  if (op === undefined) return null
  if (is && !was && !ops.includes('new')) return 'is new, and the feed does not say so'
  if (is && was && ops.includes('new') && !ops.includes('gone'))
    return 'was there before, and the feed says that it is new'
  if (op === 'gone' && is) return 'is there, and the feed says it is gone'
  if (op !== 'gone' && !is && was) return `is gone, and the feed says ${op}`
  return null
}

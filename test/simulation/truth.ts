import { lastCommitOf } from '../../src/demo/git/history.ts'
import { pathView } from '../../src/demo/git/pathspec.ts'
import { type Entry, type Memory, ownersOf, readEntries } from '../live/oracle/entries.ts'
import { kindOf } from '../live/oracle/names.ts'
import type { Row } from '../support/copy.ts'
import { filesIn, name, owned, textOf } from './changes.ts'
import { bodies, bot, logins, type Repository, type Upstream } from './upstream.ts'

type Pull = Repository['pulls'] extends Map<number, infer P> ? P : never
type Owner = ReturnType<typeof ownersOf>[number]

/** All that is true upstream at one moment, read from the fake's own memory: nothing here knows of src/refresh, rules or store. */
export type Truth = {
  facts: Map<string, string>
  owners: Owner[]
  follows: Map<number, string>
  /** Entries whose repository is not followed. */
  refused: Set<string>
  entries: Entry[]
}

/** `memory` is what each file said when it was last in order, and is brought up to date; `broken` is told of files that are not. */
export function look(up: Upstream, memory: Memory, broken: (entry: Entry) => void): Truth {
  const meta = up.world.repo('rfcs/meta')
  const facts = new Map<string, string>()
  const entries = entriesOf(meta, memory)
  for (const entry of entries) {
    if (entry.broken) broken(entry)
  }
  const owners = ownersOf(entries)
  for (const { owner, fields } of owners) facts.set(`owner ${fields.slug}`, owner.path)
  for (const branch of ['main', 'trunk']) {
    const files = filesIn(meta, meta.refs.get(`refs/heads/${branch}`), 'rfcs')
    for (const [path, blob] of files) facts.set(`entry ${branch} ${path}`, blob)
  }
  const { follows, refused } = following(up, meta, owners)
  for (const repo of owned(up)) note(facts, repo, repo.id === meta.id, follows.get(repo.id))
  return { facts, owners, follows, refused, entries }
}

function entriesOf(meta: Repository, memory: Memory): Entry[] {
  const files = [...filesIn(meta, tip(meta), 'rfcs')].map(([path, blob]) => ({ path, blob, text: textOf(meta, blob) }))
  const entries = readEntries(files, memory)
  const paths = new Set(entries.map(({ path }) => path))
  for (const path of memory.keys()) if (!paths.has(path)) memory.delete(path)
  for (const { path, good } of entries) if (good) memory.set(path, good)
  return entries
}

function note(facts: Map<string, string>, repo: Repository, isMeta: boolean, slug: string | undefined): void {
  const { id } = repo
  facts.set(`name ${id}`, name(repo))
  for (const branch of ['main', 'trunk']) {
    const at = repo.refs.get(`refs/heads/${branch}`)
    // A branch that is not there shows nothing, also not that there is no document.
    const document = at === undefined ? 'no branch' : filesIn(repo, at, '').get('RFC.md')
    if (document) facts.set(`document ${branch} ${id}`, document)
  }
  if (slug) facts.set(`follow ${id}`, slug)
  for (const [ref, sha] of repo.refs) {
    if (ref.startsWith('refs/heads/')) facts.set(`branch ${id} ${ref.slice('refs/heads/'.length)}`, sha)
  }
  for (const pull of repo.pulls.values()) {
    facts.set(`pull ${id} ${pull.number}`, JSON.stringify(said(repo, pull)))
    facts.set(`head ${id} ${pull.number}`, String(headOf(repo, pull)))
    if (isMeta ? metaOwner(repo, pull) : slug) facts.set(`wanted ${id} ${pull.number}`, 'yes')
  }
}

const utc = (seconds: number | undefined) =>
  seconds === undefined ? null : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** The columns of a pull that Gitea says, in the order of `pullColumns`. */
export const pullColumns = [
  'title',
  'description',
  'upstream_state',
  'base_branch',
  'head_branch',
  'opened_at',
  'merged_at',
  'upstream_closed_at',
  'upstream_updated_at',
  'merge_commit_sha',
  'opener_login',
  'from_fork',
] as const

function said(repo: Repository, pull: Pull): (string | number | null)[] {
  return [
    pull.title,
    pull.body,
    pull.merged ? 'merged' : pull.closed === undefined ? 'open' : 'closed',
    pull.base,
    pull.head.agit ? `refs/pull/${pull.number}/head` : pull.head.branch,
    utc(pull.created),
    utc(pull.merged?.at),
    utc(pull.closed),
    utc(pull.updated),
    pull.merged?.commit ?? null,
    logins[pull.posterId] ?? 'nobody',
    pull.head.repoId === repo.id ? 0 : 1,
  ]
}

function tip(repo: Repository): string | undefined {
  return repo.refs.get(`refs/heads/${repo.defaultBranch}`)
}

function headOf(repo: Repository, { number }: Pull): string | undefined {
  return repo.refs.get(`refs/pull/${number}/head`)
}

function metaOwner(meta: Repository, pull: Pull) {
  if (pull.head.agit || pull.head.repoId !== meta.id || pull.base !== meta.defaultBranch) return null
  return kindOf(pull.head.branch)
}

function following(up: Upstream, meta: Repository, owners: Owner[]) {
  const follows = new Map<number, string>()
  const refused = new Set<string>()
  for (const { fields } of owners) {
    if (!fields.repo || fields.state === 'super-draft') continue
    const repo = /^rfcs\/[A-Za-z0-9._-]+$/i.test(fields.repo) ? resolve(up, fields.repo) : undefined
    if (!repo || repo.id === meta.id || (repo.private && !meta.private) || follows.has(repo.id))
      refused.add(fields.slug)
    else follows.set(repo.id, fields.slug)
  }
  return { follows, refused }
}

/** The repository of a name, or the one that Gitea redirects it to. */
function resolve(up: Upstream, wanted: string): Repository | undefined {
  const all = owned(up)
  const direct = all.find((repo) => name(repo).toLowerCase() === wanted.toLowerCase())
  if (direct) return direct
  const headers = { authorization: `token ${up.token}` }
  const path = `/api/v1/repos/${wanted}`
  up.fake.fail(undefined)
  const { headers: answer } = up.fake.handle({ method: 'GET', path, headers, body: Buffer.alloc(0) })
  const id = Number(/\/repositories\/(\d+)/.exec(answer.Location ?? '')?.[1])
  const moved = /\/repos\/([^/]+\/[^/?]+)/.exec(answer.Location ?? '')?.[1]
  return all.find((repo) => repo.id === id || name(repo) === moved)
}

/** What the three tables must hold now, by key; `problem` says only whether there is one. */
export type Expected = Record<'cached_rfcs' | 'cached_branches' | 'cached_prs', Map<string, Row>>

/** `derive` gives the pulls of one repository what they mean. */
export function expected(up: Upstream, truth: Truth, derive: (pulls: Row[]) => Row[]): Expected {
  const meta = up.world.repo('rfcs/meta')
  const repos = new Map(owned(up).map((repo) => [repo.id, repo]))
  const rfcs = truth.owners.map((owner) => rfcRow(meta, truth, owner, repos))
  const shown = [meta, ...[...truth.follows.keys()].flatMap((id) => repos.get(id) ?? [])]
  const branches = shown.flatMap((repo) => branchRows(repo, repo === meta, truth))
  const pulls = derive(
    shown.flatMap((repo) =>
      [...repo.pulls.values()].flatMap((pull): Row[] => {
        const row = pullRow(repo, pull, repo === meta, truth)
        return row ? [row] : []
      }),
    ),
  )
  return {
    cached_rfcs: new Map(rfcs.map((row) => [String(row.slug), row])),
    cached_branches: new Map(branches.map((row) => [`${row.rfc_slug} ${row.repo} ${row.branch_name}`, row])),
    cached_prs: new Map(pulls.map((row) => [`${row.repo}#${row.pr_number}`, row])),
  }
}

function rfcRow(
  meta: Repository,
  truth: Truth,
  { owner, fields, blob, troubled }: Owner,
  repos: Map<number, Repository>,
) {
  const id = [...truth.follows].find(([, slug]) => slug === fields.slug)?.[0]
  const own = id === undefined ? undefined : repos.get(id)
  const document = own ? (filesIn(own, tip(own), '').get('RFC.md') ?? null) : null
  const last = lastCommitOf(meta.objects, tip(meta) ?? '', pathView(`:(literal)${owner.path}`))
  const { slug, title, state, repo, owners_json, body } = fields
  const row: Row = {
    slug,
    title,
    state,
    repo,
    owners_json,
    body: state === 'active' && document && own ? textOf(own, document) : body,
    body_sha: state === 'active' && document ? document : blob,
    last_main_commit_at: own ? authored(own, tip(own)) : null,
    last_entry_commit_at: utc(last?.committer.seconds),
    entry_path: owner.path,
    entry_sha: blob,
    document_sha: document,
    problem: troubled || truth.refused.has(slug) ? 'some' : null,
  }
  return row
}

function authored(repo: Repository, sha: string | undefined): string | null {
  return utc(repo.objects.commit(sha ?? '')?.author.seconds)
}

function branchRows(repo: Repository, isMeta: boolean, truth: Truth): Row[] {
  const row = (rfc_slug: string, branch_name: string, sha: string): Row => ({
    rfc_slug,
    repo: name(repo),
    branch_name,
    head_sha: sha,
    last_commit_at: authored(repo, sha),
  })
  const heads = [...repo.refs].flatMap(([ref, sha]): [string, string][] =>
    ref.startsWith('refs/heads/') ? [[ref.slice('refs/heads/'.length), sha]] : [],
  )
  if (!isMeta) return heads.map(([branch, sha]) => row(truth.follows.get(repo.id) ?? '', branch, sha))
  const main = tip(repo)
  const drafts = truth.owners.filter(({ fields }) => fields.state === 'super-draft')
  const edits = heads.flatMap(([branch, sha]) => {
    const its = kindOf(branch)
    return its?.kind === 'meta_body_edit' ? [row(its.slug, branch, sha)] : []
  })
  return [...edits, ...(main ? drafts.map(({ fields }) => row(fields.slug, 'main', main)) : [])]
}

function pullRow(repo: Repository, pull: Pull, isMeta: boolean, truth: Truth): Row | null {
  const whose = isMeta ? metaOwner(repo, pull) : { kind: 'rfc_branch', slug: truth.follows.get(repo.id) ?? '' }
  if (!whose) return null
  const columns = said(repo, pull)
  const body = bodies.find(({ text }) => text === pull.body)
  const isBot = logins[pull.posterId] === bot
  return {
    ...Object.fromEntries(pullColumns.map((column, at) => [column, columns[at] ?? null])),
    rfc_slug: whose.slug,
    pr_kind: whose.kind,
    repo: name(repo),
    pr_number: pull.number,
    head_sha: headOf(repo, pull) ?? null,
    opener_is_bot: isBot ? 1 : 0,
    trailer_actor: isBot ? (body?.actor ?? null) : null,
  }
}

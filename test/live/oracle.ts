import type { Row } from '../support/copy.ts'
import type { ApiPull, ApiRepo } from './api-shapes.ts'
import { type Entry, type Fields, type Memory, ownersOf, readEntries } from './oracle/entries.ts'
import type { GitView } from './oracle/git-view.ts'
import { kindOf } from './oracle/names.ts'
import { type Action, type Owned, pullRows } from './oracle/pulls.ts'
import type { Site } from './site.ts'

/** Every live row there must be, by key, and the repositories whose pulls are switched off: theirs stay as they were. */
export type Expected = {
  rfcs: Map<string, Row>
  branches: Map<string, Row>
  pulls: Map<string, Row>
  off: Set<string>
  entries: Entry[]
}

export type Truth = { site: Site; view: () => GitView; org: string; bot: string; actions: Action[]; memory: Memory }

type Followed = { slug: string; fields: Fields; repo: ApiRepo }

/**
 * What the three tables must hold, told from the API's plainest listings and git alone: nothing here knows of src/refresh,
 * src/rules or src/store. Where a file is broken its last good words come from `memory`.
 */
export async function expectedRows(truth: Truth): Promise<Expected> {
  const { site, org, memory } = truth
  const view = truth.view()
  const repos = await site.list<ApiRepo>(`/orgs/${org}/repos`)
  const meta = repos.find(({ name }) => name === 'meta')
  if (!meta) throw new Error(`${org} has no meta repository`)
  const refs = await view.refs(meta)
  const tip = refs.get(`refs/heads/${meta.default_branch}`)
  const entries = readEntries(tip ? await view.files(meta, tip, 'rfcs') : [], memory)
  const owners = ownersOf(entries)
  const { followed, refused } = await following(truth, meta, repos, owners)
  const all = { truth, view, meta, refs, tip, owners, followed, refused }
  const off = new Set([meta, ...followed.map(({ repo }) => repo)].filter((repo) => !repo.has_pull_requests).map(nameOf))
  return { rfcs: await rfcRows(all), branches: await branchRows(all), pulls: await allPullRows(all), off, entries }
}

type All = {
  truth: Truth
  view: GitView
  meta: ApiRepo
  refs: Map<string, string>
  tip: string | undefined
  owners: ReturnType<typeof ownersOf>
  followed: Followed[]
  refused: Set<string>
}

/** Inside the organisation, not meta, not private beside a public meta, not followed for an earlier file. */
async function following({ site, org }: Truth, meta: ApiRepo, repos: ApiRepo[], owners: All['owners']) {
  const followed: Followed[] = []
  const refused = new Set<string>()
  for (const { fields } of owners) {
    if (!fields.repo || fields.state === 'super-draft') continue
    const inside = new RegExp(`^${org}/[A-Za-z0-9._-]+$`, 'i').test(fields.repo)
    const named = inside ? await site.find<ApiRepo>(`/repos/${fields.repo}`) : null
    const repo = repos.find(({ id }) => id === named?.id)
    const taken = followed.some((other) => other.repo.id === repo?.id)
    if (!repo || repo.id === meta.id || (repo.private && !meta.private) || taken) refused.add(fields.slug)
    else followed.push({ slug: fields.slug, fields, repo })
  }
  return { followed, refused }
}

async function rfcRows({ view, meta, tip, owners, followed, refused }: All): Promise<Map<string, Row>> {
  const rows = owners.map(async ({ owner, fields, blob, troubled }): Promise<Row> => {
    const { slug, id, body, ...words } = fields
    const own = followed.find((one) => one.slug === slug)?.repo
    const document = own ? await documentOf(view, own) : null
    const shown = fields.state === 'active' && document?.file ? document.file : { text: body, blob }
    return {
      ...words,
      slug,
      rfc_id: id,
      body: shown.text,
      body_sha: shown.blob,
      last_main_commit_at: document?.at ?? null,
      last_entry_commit_at: await view.lastCommittedAt(meta, String(tip), owner.path),
      entry_path: owner.path,
      entry_body: body,
      entry_sha: blob,
      document_body: document?.file?.text ?? null,
      document_sha: document?.file?.blob ?? null,
      problem: troubled || refused.has(slug) ? 'some' : null,
      removed_at: null,
    }
  })
  return keyed(await Promise.all(rows), ({ slug }) => String(slug))
}

async function documentOf(view: GitView, repo: ApiRepo) {
  const tip = (await view.refs(repo)).get(`refs/heads/${repo.default_branch}`)
  if (!tip) return { at: null, file: null }
  const file = (await view.files(repo, tip, '')).find(({ path }) => path === 'RFC.md')
  return { at: await view.authoredAt(repo, tip), file: file ?? null }
}

async function branchRows({ view, meta, refs, tip, owners, followed }: All): Promise<Map<string, Row>> {
  const row = async (slug: string, repo: ApiRepo, name: string, sha: string): Promise<Row> => ({
    rfc_slug: slug,
    branch_name: name,
    head_sha: sha,
    state: 'open',
    last_commit_at: await view.authoredAt(repo, sha),
    repo: repo.full_name,
  })
  const edits = branchesIn(refs).flatMap(([name, sha]) => {
    const its = kindOf(name)
    return its?.kind === 'meta_body_edit' ? [row(its.slug, meta, name, sha)] : []
  })
  const drafts = owners.filter(({ fields }) => fields.state === 'super-draft')
  const mains = tip ? drafts.map(({ fields }) => row(fields.slug, meta, 'main', tip)) : []
  const own = followed.map(async ({ slug, repo }) =>
    Promise.all(branchesIn(await view.refs(repo)).map(([name, sha]) => row(slug, repo, name, sha))),
  )
  const rows = [...(await Promise.all([...edits, ...mains])), ...(await Promise.all(own)).flat()]
  return keyed(rows, ({ rfc_slug, repo, branch_name }) => `${rfc_slug} ${repo} ${branch_name}`)
}

async function allPullRows({ truth, view, meta, refs, followed }: All): Promise<Map<string, Row>> {
  const owned: Owned[] = (await pullsOf(truth.site, meta)).flatMap((pull) => {
    const its = pull.head.repo_id === meta.id && pull.base.ref === meta.default_branch ? kindOf(pull.head.label) : null
    return its ? [{ ...its, repo: meta.full_name, pull, headSha: headOf(refs, pull) }] : []
  })
  for (const { slug, repo } of followed) {
    const heads = await view.refs(repo)
    for (const pull of await pullsOf(truth.site, repo))
      owned.push({ slug, kind: 'rfc_branch', repo: repo.full_name, pull, headSha: headOf(heads, pull) })
  }
  const repos = new Set([meta.full_name, ...followed.map(({ repo }) => repo.full_name)])
  const rows = pullRows(owned, { bot: truth.bot, actions: truth.actions, repos })
  return keyed(rows, ({ repo, pr_number }) => `${repo}#${pr_number}`)
}

function pullsOf(site: Site, repo: ApiRepo): Promise<ApiPull[]> {
  return site.list<ApiPull>(`/repos/${repo.full_name}/pulls?state=all&sort=oldest`)
}

function headOf(refs: Map<string, string>, { number }: ApiPull): string | null {
  return refs.get(`refs/pull/${number}/head`) ?? null
}

function branchesIn(refs: Map<string, string>): [string, string][] {
  return [...refs].flatMap(([ref, sha]) =>
    ref.startsWith('refs/heads/') ? [[ref.slice('refs/heads/'.length), sha]] : [],
  )
}

function keyed(rows: Row[], key: (row: Row) => string): Map<string, Row> {
  return new Map(rows.map((row) => [key(row), row]))
}

function nameOf({ full_name }: ApiRepo): string {
  return full_name
}

import { IncompleteListing } from '../errors.ts'
import type { Refs } from '../gitea/api/refs.ts'
import { blobId } from '../rules/blob-id.ts'
import type { RepoRow } from '../store/repos.ts'
import { tipDates, undated } from './branch-dates.ts'
import { writeBranches } from './branches-written.ts'
import { defaultTip } from './default-branch.ts'
import { pullsOff } from './meta-pulls.ts'
import { ask, believed, type Mirror, type Refreshed, timeNow } from './mirror.ts'
import { readPulls, writePulls } from './pulls.ts'

type Document = { body: string | null; sha: string | null }

/** Brings an RFC's own repository up to date: its branches and its document, and its pulls when they are wanted. */
export async function refreshRfcRepo(
  mirror: Mirror,
  repoId: number,
  { pulls: withPulls, whole }: { pulls: boolean; whole: boolean },
): Promise<Refreshed> {
  const { store } = mirror
  const repo = store.repos.byId(repoId)
  const slug = repo?.rfc_slug
  if (!repo || !slug) return { warnings: [] }
  const refs = await readRefs(mirror, repo)
  const tip = await defaultTip(mirror, repo, refs)
  const [dates, document] = await Promise.all([
    tipDates(mirror, repo, refs.branches.values(), refs.branches.size),
    readDocument(mirror, repo, tip),
  ])
  const rows = [...refs.branches].map(([name, sha]) => ({
    rfc_slug: slug,
    repo: repo.full_name,
    branch_name: name,
    head_sha: sha,
    last_commit_at: dates.get(sha) ?? null,
  }))
  await writeBranches(mirror, repo, rows, () => {
    const tip_at = tip === null ? null : (dates.get(tip) ?? null)
    store.repos.hold({ id: repo.id, tip, tip_at, document_body: document.body, document_sha: document.sha })
    store.rfcs.project(slug, timeNow(mirror))
  })
  if (!withPulls) askHeadless(mirror, repo, refs)
  // Pulls come apart, so that one which Gitea cannot show holds up neither the branches nor the document.
  const pulls = withPulls ? await readPulls(mirror, repo, refs, whole) : null
  if (pulls) await writePulls(mirror, repo, pulls)
  return {
    warnings: [...undated(repo, refs.branches.values(), dates), ...(pulls?.off ? [pullsOff(repo.full_name)] : [])],
  }
}

async function readRefs(mirror: Mirror, repo: RepoRow): Promise<Refs> {
  const { gitea, store } = mirror
  const branches = store.branches.live(repo.full_name).map((row) => row.branch_name)
  const pulls = store.pulls.live(repo.full_name).map((row) => row.pr_number)
  const gone = (refs: Refs) => [
    ...branches.filter((name) => !refs.branches.has(name)),
    ...pulls.filter((number) => !refs.pulls.has(number)).map(String),
  ]
  return believed(mirror, branches.length + pulls.length, () => gitea.refs.list(repo.full_name), gone)
}

/** A pull whose head is gone was deleted, which moves no time. */
function askHeadless(mirror: Mirror, { id, full_name }: RepoRow, { pulls }: Refs): void {
  const { store } = mirror
  const headless = store.pulls.live(full_name).filter((pull) => pull.head_sha !== null && !pulls.has(pull.pr_number))
  if (headless.length === 0) return
  store.transaction(() => {
    for (const { pr_number } of headless) ask(mirror, { kind: 'pull', repoId: id, number: pr_number })
  })
}

/** RFC.md at the tip, whole; held where the tip is the one it was read at. Its absence is proven by the tree. */
async function readDocument({ gitea }: Mirror, repo: RepoRow, tip: string | null): Promise<Document> {
  if (tip === null) return { body: null, sha: null }
  if (tip === repo.tip) return { body: repo.document_body, sha: repo.document_sha }
  const bytes = await gitea.files.raw(repo.full_name, 'RFC.md', tip)
  if (bytes)
    return { body: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), sha: blobId(bytes, tip.length) }
  const root = await gitea.files.tree(repo.full_name, tip)
  if (root.some((item) => item.path === 'RFC.md' && item.type === 'blob'))
    throw new IncompleteListing(`RFC.md of ${repo.full_name} is there but cannot be read yet.`)
  return { body: null, sha: null }
}

import type { Refs } from '../gitea/api/refs.ts'
import { readBranchName } from '../rules/branch-name.ts'
import type { BranchRow } from '../store/branches.ts'
import { tipDates, undated } from './branch-dates.ts'
import { writeBranches } from './branches-written.ts'
import { metaTip } from './default-branch.ts'
import { believed, type Mirror, metaRepo, type Refreshed } from './mirror.ts'

type Edit = { slug: string; name: string; sha: string }

/** Brings the meta repository's edit branches up to date, and the `main` row that each super-draft has. */
export async function refreshMetaBranches(mirror: Mirror): Promise<Refreshed> {
  const { gitea, store } = mirror
  const meta = metaRepo(mirror)
  const live = store.branches.live(meta.full_name).filter(({ branch_name }) => branch_name !== 'main')
  const gone = ({ branches }: Refs) => live.map((row) => row.branch_name).filter((name) => !branches.has(name))
  const refs = await believed(mirror, live.length, () => gitea.refs.list(meta.full_name), gone)
  const tip = await metaTip(mirror, meta, refs)
  const edits = editBranches(refs)
  const tips = [...edits.map((edit) => edit.sha), ...(tip ? [tip] : [])]
  const dates = await tipDates(mirror, meta, tips, refs.branches.size)
  const row = (slug: string, name: string, sha: string): BranchRow => ({
    rfc_slug: slug,
    repo: meta.full_name,
    branch_name: name,
    head_sha: sha,
    last_commit_at: dates.get(sha) ?? null,
  })
  // The super-drafts are those of this moment: entries may have moved while we read.
  const mains = tip ? store.branches.superDrafts().map((slug) => row(slug, 'main', tip)) : []
  await writeBranches(mirror, meta, [...edits.map(({ slug, name, sha }) => row(slug, name, sha)), ...mains])
  return { warnings: undated(meta, tips, dates) }
}

function editBranches({ branches }: Refs): Edit[] {
  return [...branches].flatMap(([name, sha]) => {
    const read = readBranchName(name)
    return read?.kind === 'meta_body_edit' ? [{ slug: read.slug, name, sha }] : []
  })
}

import type { BranchKey, BranchRow } from '../store/branches.ts'
import type { RepoRow } from '../store/repos.ts'
import { holdsStill, type Mirror, writeAll } from './mirror.ts'

/** Makes the live branches of a repository exactly these; `last` is written with the last of them. */
export async function writeBranches(
  mirror: Mirror,
  repo: RepoRow,
  rows: BranchRow[],
  last: () => void = () => {},
): Promise<void> {
  const { store } = mirror
  const wanted = new Set(rows.map(keyOf))
  await writeAll(
    mirror,
    rows,
    (some) => {
      holdsStill(mirror, repo)
      for (const row of some) store.branches.upsert(row)
    },
    () => {
      for (const key of store.branches.live(repo.full_name)) {
        if (wanted.has(keyOf(key))) continue
        if (repo.is_meta && key.branch_name === 'main') store.branches.remove(repo.full_name, key)
        else store.branches.bury(repo.full_name, key)
      }
      if (repo.is_meta) store.branches.removeMain(repo.full_name)
      store.repos.holdDates(repo.id)
      last()
    },
  )
}

function keyOf({ rfc_slug, branch_name }: BranchKey): string {
  return `${rfc_slug} ${branch_name}`
}

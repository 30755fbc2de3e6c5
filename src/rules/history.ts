/** A commit of a range: what it adds to, and the files it touched. */
export type RangeCommit = { sha: string; parents: string[]; files: string[] }

/**
 * The files whose `git log -1 -- file` can differ between two tips, given the commits that `to` has and `from` has not; null
 * when every file's may. Only a range whose chain of first parents leads from `to` back to `from` is certain: history was
 * rewritten otherwise, or main came in as a second parent and git may follow the other side of the merge.
 */
export function touchedBetween(from: string, to: string, range: RangeCommit[]): Set<string> | null {
  const bySha = new Map(range.map((commit) => [commit.sha, commit]))
  let at: string | undefined = to
  for (let steps = 0; at !== from; steps++) {
    const commit: RangeCommit | undefined = at === undefined ? undefined : bySha.get(at)
    if (!commit || steps > range.length) return null
    at = commit.parents[0]
  }
  return new Set(range.flatMap((commit) => commit.files))
}

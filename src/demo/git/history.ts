import { type Commit, EMPTY_TREE, type ObjectStore } from './objects.ts'
import type { PathView } from './pathspec.ts'

/**
 * The commits `git log [-- path] [--not …]` prints, in its order: newest committer date first among those reached.
 * With a path it simplifies history as git does by default: a merge that agrees with one parent follows only that one.
 */
export function* commitsFrom(
  store: ObjectStore,
  tip: string,
  options: { path?: PathView; not?: string } = {},
): Generator<Commit> {
  const hidden = options.not === undefined ? new Set<string>() : ancestors(store, options.not)
  const queue = newestFirst(store)
  queue.add(tip)
  for (let commit = queue.next(); commit; commit = queue.next()) {
    if (hidden.has(commit.id)) continue
    const { shown, parents } = options.path
      ? simplify(store, commit, options.path)
      : { shown: true, parents: commit.parents }
    for (const parent of parents) queue.add(parent)
    if (shown) yield commit
  }
}

/** The commit `git log -1 -- path` shows. */
export function lastCommitOf(store: ObjectStore, tip: string, path: PathView): Commit | undefined {
  for (const commit of commitsFrom(store, tip, { path })) return commit
  return undefined
}

/** Some commits and all that they descend from. */
export function ancestors(store: ObjectStore, ...tips: string[]): Set<string> {
  const seen = new Set<string>()
  const waiting = [...tips]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const commit = store.commit(id)
    if (!commit || seen.has(id)) continue
    seen.add(id)
    waiting.push(...commit.parents)
  }
  return seen
}

/** Whether the second commit descends from the first, or is it. */
export function isAncestor(store: ObjectStore, old: string, young: string): boolean {
  return ancestors(store, young).has(old)
}

/** The newest commit both sides descend from; histories that never met have none. */
export function mergeBase(store: ObjectStore, ours: string, theirs: string): string | undefined {
  const mine = ancestors(store, ours)
  for (const commit of commitsFrom(store, theirs)) if (mine.has(commit.id)) return commit.id
  return undefined
}

function simplify(store: ObjectStore, commit: Commit, path: PathView): { shown: boolean; parents: readonly string[] } {
  const here = path(store, commit.tree)
  if (commit.parents.length === 0) return { shown: here !== path(store, EMPTY_TREE), parents: [] }
  const same = commit.parents.find((id) => path(store, store.commit(id)?.tree ?? EMPTY_TREE) === here)
  return same === undefined ? { shown: true, parents: commit.parents } : { shown: false, parents: [same] }
}

/** Git's walk: commits wait ordered by committer date, and among equals in the order they were reached. */
function newestFirst(store: ObjectStore) {
  const seen = new Set<string>()
  const waiting: Commit[] = []
  return {
    add(id: string): void {
      const commit = store.commit(id)
      if (!commit || seen.has(id)) return
      seen.add(id)
      let at = waiting.length
      while (at > 0 && dateAt(waiting, at - 1) < commit.committer.seconds) at -= 1
      waiting.splice(at, 0, commit)
    },
    next: () => waiting.shift(),
  }
}

function dateAt(commits: Commit[], index: number): number {
  return commits[index]?.committer.seconds ?? 0
}

import { EMPTY_TREE, type ObjectStore, type TreeEntry } from './objects.ts'

/** The tree of a three-way merge by whole files, or undefined where both sides changed the same file differently. */
export function mergeTrees(store: ObjectStore, base: string, ours: string, theirs: string): string | undefined {
  const names = new Set([base, ours, theirs].flatMap((id) => [...(store.tree(id)?.keys() ?? [])]))
  const merged: TreeEntry[] = []
  for (const name of names) {
    const sides = [base, ours, theirs].map((id) => store.tree(id)?.get(name))
    const entry = mergeEntry(store, sides[0], sides[1], sides[2])
    if (entry === 'conflict') return undefined
    if (entry) merged.push(entry)
  }
  return store.writeTree(merged)
}

function mergeEntry(
  store: ObjectStore,
  base: TreeEntry | undefined,
  ours: TreeEntry | undefined,
  theirs: TreeEntry | undefined,
): TreeEntry | undefined | 'conflict' {
  if (same(ours, theirs) || same(base, theirs)) return ours
  if (same(base, ours)) return theirs
  if (ours?.mode !== '40000' || theirs?.mode !== '40000') return 'conflict'
  const id = mergeTrees(store, base?.mode === '40000' ? base.id : EMPTY_TREE, ours.id, theirs.id)
  if (id === undefined) return 'conflict'
  return id === EMPTY_TREE ? undefined : { ...ours, id }
}

function same(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.id === b?.id && a?.mode === b?.mode
}

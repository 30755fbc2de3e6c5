import { EMPTY_TREE, type ObjectStore, type TreeEntry } from './objects.ts'

/** What a path becomes: a new entry, or nothing. */
export type Change = { mode: TreeEntry['mode']; id: string } | null

/** The entry at a path of a tree; the empty path is the tree itself. */
export function entryAt(store: ObjectStore, treeId: string, path: string): TreeEntry | undefined {
  let entry: TreeEntry | undefined = { name: '', mode: '40000', id: treeId }
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (entry?.mode !== '40000') return undefined
    entry = store.tree(entry.id)?.get(name)
  }
  return entry
}

/** Writes the tree that results from the changes; directories come and go as files need them, as in git. */
export function changeTree(store: ObjectStore, treeId: string, changes: ReadonlyMap<string, Change>): string {
  const entries = new Map(store.tree(treeId))
  const below = new Map<string, Map<string, Change>>()
  for (const [path, change] of changes) {
    const slash = path.indexOf('/')
    if (slash < 0) setEntry(entries, path, change)
    else ensure(below, path.slice(0, slash)).set(path.slice(slash + 1), change)
  }
  for (const [name, inner] of below) {
    const old = entries.get(name)
    const id = changeTree(store, old?.mode === '40000' ? old.id : EMPTY_TREE, inner)
    setEntry(entries, name, id === EMPTY_TREE ? null : { mode: '40000', id })
  }
  return store.writeTree(entries.values())
}

function setEntry(entries: Map<string, TreeEntry>, name: string, change: Change): void {
  if (change === null) entries.delete(name)
  else entries.set(name, { name, ...change })
}

function ensure(below: Map<string, Map<string, Change>>, name: string): Map<string, Change> {
  const inner = below.get(name) ?? new Map<string, Change>()
  below.set(name, inner)
  return inner
}

/** An entry with its path from the root. */
export type TreeRow = TreeEntry & { path: string }

/** Every entry with its full path, directories before what they hold: the order of `git ls-tree [-r] -t`. */
export function* listTree(store: ObjectStore, treeId: string, recursive: boolean, prefix = ''): Generator<TreeRow> {
  for (const entry of store.tree(treeId)?.values() ?? []) {
    const path = prefix + entry.name
    yield { ...entry, path }
    if (recursive && entry.mode === '40000') yield* listTree(store, entry.id, true, `${path}/`)
  }
}

/** The paths of files that differ between two trees, with the entry on each side. */
export function changedPaths(store: ObjectStore, before: string, after: string, prefix = ''): PathChange[] {
  if (before === after) return []
  const old = store.tree(before) ?? new Map<string, TreeEntry>()
  const young = store.tree(after) ?? new Map<string, TreeEntry>()
  const names = new Set([...old.keys(), ...young.keys()])
  return [...names].flatMap((name) => entryChanges(store, old.get(name), young.get(name), prefix + name))
}

export type PathChange = { path: string; before: TreeEntry | undefined; after: TreeEntry | undefined }

function entryChanges(
  store: ObjectStore,
  before: TreeEntry | undefined,
  after: TreeEntry | undefined,
  path: string,
): PathChange[] {
  if (before?.id === after?.id && before?.mode === after?.mode) return []
  const dirs = [before, after].map((entry) => (entry?.mode === '40000' ? entry.id : EMPTY_TREE))
  const inner = changedPaths(store, dirs[0] ?? EMPTY_TREE, dirs[1] ?? EMPTY_TREE, `${path}/`)
  const files = { path, before: asFile(before), after: asFile(after) }
  return files.before || files.after ? [files, ...inner] : inner
}

function asFile(entry: TreeEntry | undefined): TreeEntry | undefined {
  return entry?.mode === '40000' ? undefined : entry
}

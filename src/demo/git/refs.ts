import type { Commit, ObjectStore } from './objects.ts'

/** A repository's refs by full name (`refs/heads/main`, `refs/pull/1/head`), each naming a commit. */
export type Refs = Map<string, string>

/** Names in the order of `git for-each-ref`: by bytes. */
export function sortedRefs(refs: Refs, prefix = ''): [name: string, id: string][] {
  return [...refs]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** Branch names without `refs/heads/`, in byte order. */
export function branchNames(refs: Refs): string[] {
  return sortedRefs(refs, 'refs/heads/').map(([name]) => name.slice('refs/heads/'.length))
}

/**
 * The commit a text names: a branch, a tag, a full ref, or a commit's id or beginning, in the order Gitea 1.26.1 tries.
 * `HEAD` is the caller's to replace by the default branch.
 */
export function resolve(store: ObjectStore, refs: Refs, name: string): Commit | undefined {
  const id = refs.get(`refs/heads/${name}`) ?? refs.get(`refs/tags/${name}`) ?? refs.get(name) ?? name
  return store.commit(id) ?? (/^[0-9a-f]{4,39}$/.test(id) ? store.commitStartingWith(id) : undefined)
}

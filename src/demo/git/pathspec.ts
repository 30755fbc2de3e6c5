import type { ObjectStore } from './objects.ts'
import { entryAt, listTree } from './trees.ts'

/** What a pathspec sees of a tree, as one text: two trees are the same to it when the texts are equal; '' is nothing. */
export type PathView = (store: ObjectStore, treeId: string) => string

/**
 * Reads a path as git does: a pathspec in which `*`, `?` and `[…]` are wild, unless it says `:(literal)`. Gitea 1.26.1 hands
 * `commits?path=` to git unquoted, so `rfcs/a[1].md` names that file and `rfcs/a1.md` too.
 */
export function pathView(pathspec: string): PathView {
  const literal = pathspec.startsWith(':(literal)') ? pathspec.slice(':(literal)'.length) : undefined
  if (literal !== undefined || !/[*?[\\]/.test(pathspec)) return literalView(literal ?? pathspec)
  const wild = globPattern(pathspec)
  return (store, treeId) =>
    [...listTree(store, treeId, true)]
      .filter((entry) => entry.mode !== '40000' && (wild.test(entry.path) || isAt(pathspec, entry.path)))
      .map((entry) => `${entry.mode} ${entry.id} ${entry.path}\n`)
      .join('')
}

function literalView(path: string): PathView {
  return (store, treeId) => {
    const entry = entryAt(store, treeId, path)
    return entry ? `${entry.mode} ${entry.id}` : ''
  }
}

function isAt(path: string, entryPath: string): boolean {
  return entryPath === path || entryPath.startsWith(`${path}/`)
}

/** fnmatch(3) without FNM_PATHNAME; a match of a leading directory counts too. */
function globPattern(pathspec: string): RegExp {
  const body = pathspec.replace(/\\(.)|\[([!^]?)([^\]]+)\]|([*?])|([^\w/])/gs, (_, escaped, not, set, wild, other) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`
    if (wild !== undefined) return wild === '*' ? '.*' : '.'
    return `\\${escaped ?? other}`
  })
  return new RegExp(`^${body}(/.*)?$`, 's')
}

import { createHash } from 'node:crypto'

/** Who wrote a commit, when, and at which offset from UTC (`+0000`), as git stores it. */
export type Signature = { name: string; email: string; seconds: number; offset: string }

export type TreeEntry = { name: string; mode: '100644' | '100755' | '120000' | '40000' | '160000'; id: string }

/** A tree's entries by name, in git's own order. */
export type Tree = ReadonlyMap<string, TreeEntry>

export type Commit = {
  id: string
  tree: string
  parents: readonly string[]
  author: Signature
  committer: Signature
  message: string
}

export type ObjectStore = ReturnType<typeof objectStore>

/** The id of the tree without entries. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** Holds the objects of a repository and its forks; every id is the sha1 that git itself would give. */
export function objectStore() {
  const blobs = new Map<string, Buffer>()
  const trees = new Map<string, Tree>([[EMPTY_TREE, new Map()]])
  const commits = new Map<string, Commit>()
  return {
    blob: (id: string) => blobs.get(id),
    tree: (id: string) => trees.get(id),
    commit: (id: string) => commits.get(id),
    commitStartingWith: (start: string) => commits.values().find(({ id }) => id.startsWith(start)),
    writeBlob(data: Buffer): string {
      const id = objectId('blob', data)
      blobs.set(id, data)
      return id
    },
    writeTree(entries: Iterable<TreeEntry>): string {
      const sorted = [...entries].sort(byGitName)
      const id = objectId('tree', Buffer.concat(sorted.map(treeLine)))
      trees.set(id, new Map(sorted.map((entry) => [entry.name, entry])))
      return id
    },
    writeCommit(commit: Omit<Commit, 'id'>): string {
      const id = objectId('commit', Buffer.from(commitText(commit)))
      commits.set(id, { id, ...commit })
      return id
    },
  }
}

/** The sha1 git gives an object of this type and content. */
function objectId(type: 'blob' | 'tree' | 'commit', content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex')
}

/** Git sorts a tree by bytes, and a directory as if its name ended with a slash. */
function byGitName(a: TreeEntry, b: TreeEntry): number {
  return Buffer.compare(sortKey(a), sortKey(b))
}

function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name)
}

function treeLine(entry: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.id, 'hex')])
}

function commitText(commit: Omit<Commit, 'id'>): string {
  const parents = commit.parents.map((id) => `parent ${id}\n`).join('')
  const author = `author ${signatureText(commit.author)}\n`
  const committer = `committer ${signatureText(commit.committer)}\n`
  return `tree ${commit.tree}\n${parents}${author}${committer}\n${commit.message}`
}

function signatureText({ name, email, seconds, offset }: Signature): string {
  return `${name} <${email}> ${seconds} ${offset}`
}

import { EMPTY_TREE, type Signature } from '../git/objects.ts'
import { type Change, changeTree } from '../git/trees.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { seconds } from '../state/state.ts'
import type { User } from '../state/user.ts'

/** What a file becomes: its text or bytes, a link, a program, a submodule's commit, or null for gone. */
export type FileChange = string | Buffer | { symlink: string } | { executable: string } | { submodule: string } | null

export type CommitOptions = {
  message?: string
  /** What the commit builds on; by default the branch's tip. */
  parents?: readonly string[]
  author?: Partial<Signature>
  committer?: Partial<Signature>
}

/** Writes a commit of a repository and gives its id; no ref moves. Whoever makes it is its author unless said otherwise. */
export function writeCommit(
  state: State,
  repo: Repo,
  branch: string,
  files: Readonly<Record<string, FileChange>>,
  maker: User,
  options: CommitOptions = {},
): string {
  const tip = tipOf(repo, branch)
  const parents = options.parents ?? (tip === undefined ? [] : [tip])
  const base = repo.objects.commit(parents[0] ?? '')?.tree ?? EMPTY_TREE
  const changes = new Map(Object.entries(files).map(([path, file]) => [path, changeOf(repo, file)]))
  const committer = { ...signature(state, maker), ...options.author, ...options.committer }
  return repo.objects.writeCommit({
    tree: changeTree(repo.objects, base, changes),
    parents,
    author: { ...signature(state, maker), ...options.author },
    committer,
    message: withNewline(options.message ?? `Change ${Object.keys(files).join(', ')}`),
  })
}

/** Who commits, now. */
export function signature(state: State, user: User): Signature {
  return {
    name: user.login,
    email: user.email || `${user.login}@noreply.localhost`,
    seconds: seconds(state),
    offset: '+0000',
  }
}

function changeOf(repo: Repo, file: FileChange): Change {
  if (file === null) return null
  if (typeof file === 'string') return { mode: '100644', id: repo.objects.writeBlob(Buffer.from(file)) }
  if (Buffer.isBuffer(file)) return { mode: '100644', id: repo.objects.writeBlob(file) }
  if ('symlink' in file) return { mode: '120000', id: repo.objects.writeBlob(Buffer.from(file.symlink)) }
  if ('executable' in file) return { mode: '100755', id: repo.objects.writeBlob(Buffer.from(file.executable)) }
  return { mode: '160000', id: file.submodule }
}

/** Git ends a message with a newline. */
function withNewline(message: string): string {
  return message.endsWith('\n') ? message : `${message}\n`
}

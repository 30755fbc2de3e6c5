import { type CommitOptions, type FileChange, writeCommit } from '../changes/commit.ts'
import { pushRef } from '../changes/push.ts'
import {
  changeSettings,
  createRepo,
  deleteRepo,
  forkRepo,
  type NewRepo,
  renameBranch,
  transferRepo,
} from '../changes/repo.ts'
import { type Repo, tipOf } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import { type By, commitOf, doerOf, personOf, repoNamed, userNamed } from './find.ts'

type Files = Readonly<Record<string, FileChange>>

/** Repositories, by `owner/name`. */
export function repositoriesOf(state: State) {
  const repo = (name: string) => repoNamed(state, name)
  return {
    createRepo(name: string, options: NewRepo & By = {}): Repo {
      const [login = '', short = ''] = name.split('/')
      const owner = userNamed(state, login)
      const maker = options.by === undefined ? personOf(state, owner) : userNamed(state, options.by)
      return createRepo(state, owner, short, maker, options)
    },
    deleteRepo: (name: string, by: By = {}) => deleteRepo(state, repo(name), doerOf(state, repo(name), by)),
    renameRepo: (name: string, to: string) => changeSettings(state, repo(name), { name: to }),
    transferRepo: (name: string, to: string) => transferRepo(state, repo(name), userNamed(state, to)),
    /** Default branch, visibility, units and the like. */
    changeRepo: (name: string, settings: Partial<Repo>) => changeSettings(state, repo(name), settings),
    fork(name: string, owner: string): Repo {
      const to = userNamed(state, owner)
      return forkRepo(state, repo(name), to, personOf(state, to))
    },
  }
}

/** Branches, tags and commits of repositories. */
export function branchesOf(state: State) {
  const repo = (name: string) => repoNamed(state, name)
  const doer = (name: string, by: By) => doerOf(state, repo(name), by)
  const push = (name: string, branch: string, commit: string | undefined, by: By = {}) =>
    pushRef(state, repo(name), `refs/heads/${branch}`, commit, doer(name, by))
  return {
    tip: (name: string, branch: string) => commitOf(repo(name), branch),
    /** Writes a commit on top of a branch without moving it, for a push of several commits or a force-push. */
    writeCommit: (name: string, branch: string, files: Files, options: CommitOptions & By = {}) =>
      writeCommit(state, repo(name), branch, files, doer(name, options), options),
    /** One commit on a branch, pushed; a branch that is not there yet starts at `from`, by default the default branch. */
    commit(name: string, branch: string, files: Files, options: CommitOptions & By & { from?: string } = {}): string {
      const on = repo(name)
      const start = tipOf(on, branch) ?? tipOf(on, options.from ?? on.defaultBranch)
      const parents = start === undefined ? {} : { parents: [start] }
      const id = writeCommit(state, on, branch, files, doer(name, options), { ...parents, ...options })
      push(name, branch, id, options)
      return id
    },
    /** Moves a branch to any commit: forwards, or by force. */
    push,
    branch: (name: string, branch: string, from?: string, by: By = {}) =>
      push(name, branch, commitOf(repo(name), from ?? repo(name).defaultBranch), by),
    deleteBranch: (name: string, branch: string, by: By = {}) => push(name, branch, undefined, by),
    renameBranch: (name: string, from: string, to: string, by: By = {}) =>
      renameBranch(state, repo(name), from, to, doer(name, by)),
    tag: (name: string, tag: string, at: string, by: By = {}) =>
      pushRef(state, repo(name), `refs/tags/${tag}`, commitOf(repo(name), at), doer(name, by)),
    /** Puts a ref there behind the server's back: no hook, no time moves. */
    setRef: (name: string, ref: string, commit: string) => void repo(name).refs.set(ref, commit),
  }
}

import { closePull, reopenPull } from './changes/close.ts'
import { type CommitOptions, type FileChange, writeCommit } from './changes/commit.ts'
import {
  commentPull,
  deletePull,
  labelPull,
  retargetPull,
  retitlePull,
  reviewPull,
  rewritePull,
} from './changes/edit.ts'
import { addHook, type HookOptions } from './changes/hook.ts'
import { type MergeOptions, mergePull } from './changes/merge.ts'
import { openAgitPull, openPull } from './changes/open.ts'
import { pushRef } from './changes/push.ts'
import { changeSettings, createRepo, deleteRepo, forkRepo, renameBranch, transferRepo } from './changes/repo.ts'
import type { Hook } from './state/hook.ts'
import type { Pull } from './state/pull.ts'
import { findRepo, ownerOf, type Repo, tipOf } from './state/repo.ts'
import { nextId, type State } from './state/state.ts'
import { addOrganization, addToken, addUser, deleteUser, findUser, renameUser, type User } from './state/user.ts'

export type World = ReturnType<typeof worldOf>

type By = { by?: string }

/**
 * The fake seen by a test that seeds or changes it: repositories by `owner/name`, people by login, pulls by number.
 * It does what the HTTP endpoints do, webhooks included, without asking who may; `by` is the repository's owner unless said.
 */
export function worldOf(state: State) {
  const repo = (name: string) => repoNamed(state, name)
  const pull = (name: string, number: number) => pullNumbered(repo(name), number)
  const doer = (on: Repo, { by }: By) => (by === undefined ? makerOf(state, on) : userNamed(state, by))
  return {
    repo,
    pull,
    tip: (name: string, branch: string) => commitOf(repo(name), branch),
    ...people(state),
    ...repositories(state),
    ...branches(state, doer),
    openPull: (name: string, head: string, options: { base?: string; title?: string; body?: string } & By = {}) =>
      pullFrom(state, repo(name), head, options, doer(repo(name), options)).number,
    openAgitPull: (
      name: string,
      commit: string,
      options: { base?: string; title?: string; body?: string } & By = {},
    ) => {
      const { base = repo(name).defaultBranch, title = 'AGit', body = '' } = options
      return openAgitPull(state, repo(name), { base, title, body, commit }, doer(repo(name), options)).number
    },
    retitle: (name: string, number: number, title: string, by: By = {}) =>
      retitlePull(state, repo(name), pull(name, number), title, doer(repo(name), by)),
    rewrite: (name: string, number: number, body: string, by: By = {}) =>
      rewritePull(state, repo(name), pull(name, number), body, doer(repo(name), by)),
    retarget: (name: string, number: number, base: string, by: By = {}) =>
      retargetPull(state, repo(name), pull(name, number), base, doer(repo(name), by)),
    comment: (name: string, number: number, body: string, by: By = {}) =>
      commentPull(state, repo(name), pull(name, number), body, doer(repo(name), by)),
    review: (name: string, number: number, content: string, by: By = {}) =>
      reviewPull(state, repo(name), pull(name, number), 'approved', content, doer(repo(name), by)),
    label: (name: string, number: number, label: string, by: By = {}) =>
      labelPull(state, repo(name), pull(name, number), [labelNamed(state, repo(name), label)], doer(repo(name), by)),
    close: (name: string, number: number, by: By = {}) =>
      closePull(state, repo(name), pull(name, number), doer(repo(name), by)),
    reopen: (name: string, number: number, by: By = {}) =>
      reopenPull(state, repo(name), pull(name, number), doer(repo(name), by)),
    merge: (name: string, number: number, options: Partial<MergeOptions> & By = {}) =>
      mergePull(state, repo(name), pull(name, number), doer(repo(name), options), { style: 'merge', ...options }),
    deletePull: (name: string, number: number, by: By = {}) =>
      deletePull(state, repo(name), pull(name, number), doer(repo(name), by)),
  }
}

function people(state: State) {
  return {
    user: (login: string, options: Parameters<typeof addUser>[2] = {}) => addUser(state, login, options),
    organization: (login: string, owner?: string) =>
      addOrganization(state, login, owner === undefined ? undefined : userNamed(state, owner)),
    /** A token's value; without scopes it may do everything. */
    token: (login: string, scopes: readonly string[] = ['all']) =>
      addToken(state, userNamed(state, login), `token${state.tokens.length}`, scopes).value,
    renameUser: (login: string, to: string) => renameUser(state, userNamed(state, login), to),
    deleteUser: (login: string) => deleteUser(state, userNamed(state, login)),
    hook: (owner: string, url: string, options: HookOptions = {}): Hook =>
      owner.includes('/')
        ? addHook(state, { kind: 'repository', id: repoNamed(state, owner).id }, url, options)
        : addHook(state, { kind: 'organization', id: userNamed(state, owner).id }, url, options),
  }
}

function repositories(state: State) {
  const repo = (name: string) => repoNamed(state, name)
  return {
    createRepo: (name: string, options: Parameters<typeof createRepo>[4] & By = {}) => {
      const [login = '', short = ''] = name.split('/')
      const owner = userNamed(state, login)
      return createRepo(
        state,
        owner,
        short,
        options.by ? userNamed(state, options.by) : personOf(state, owner),
        options,
      )
    },
    deleteRepo: (name: string) => deleteRepo(state, repo(name), makerOf(state, repo(name))),
    renameRepo: (name: string, to: string) => changeSettings(state, repo(name), { name: to }),
    transferRepo: (name: string, to: string) => transferRepo(state, repo(name), userNamed(state, to)),
    settings: (name: string, settings: Partial<Repo>) => changeSettings(state, repo(name), settings),
    fork: (name: string, owner: string, by = owner) =>
      forkRepo(state, repo(name), userNamed(state, owner), personOf(state, userNamed(state, by))),
  }
}

function branches(state: State, doer: (on: Repo, by: By) => User) {
  const repo = (name: string) => repoNamed(state, name)
  const push = (name: string, branch: string, commit: string | undefined, by: By = {}) =>
    pushRef(state, repo(name), `refs/heads/${branch}`, commit, doer(repo(name), by))
  return {
    /** Writes a commit without moving any branch, for a push of several or a force-push. */
    writeCommit: (name: string, branch: string, files: Record<string, FileChange>, options: CommitOptions & By = {}) =>
      writeCommit(state, repo(name), branch, files, doer(repo(name), options), options),
    /** One commit on a branch, pushed; a branch that is not there yet starts at `from`, by default the default branch. */
    commit(
      name: string,
      branch: string,
      files: Record<string, FileChange>,
      options: CommitOptions & By & { from?: string } = {},
    ) {
      const on = repo(name)
      const start = tipOf(on, branch) ?? tipOf(on, options.from ?? on.defaultBranch)
      const parents = start === undefined ? {} : { parents: [start] }
      const id = writeCommit(state, on, branch, files, doer(on, options), { ...parents, ...options })
      push(name, branch, id, options)
      return id
    },
    /** Moves a branch to any commit: forwards, or by force. */
    push,
    branch: (name: string, branch: string, from?: string, by: By = {}) =>
      push(name, branch, commitOf(repo(name), from ?? repo(name).defaultBranch), by),
    deleteBranch: (name: string, branch: string, by: By = {}) => push(name, branch, undefined, by),
    renameBranch: (name: string, from: string, to: string, by: By = {}) =>
      renameBranch(state, repo(name), from, to, doer(repo(name), by)),
    tag: (name: string, tag: string, at: string, by: By = {}) =>
      pushRef(state, repo(name), `refs/tags/${tag}`, commitOf(repo(name), at), doer(repo(name), by)),
    /** Puts any other ref there, unseen by hooks: refs/notes/… or one that a push never makes. */
    setRef: (name: string, ref: string, commit: string) => repo(name).refs.set(ref, commit),
  }
}

/** `head` is a branch of the repository, or `owner:branch` or `owner/name:branch` of a fork. */
function pullFrom(
  state: State,
  on: Repo,
  head: string,
  options: { base?: string; title?: string; body?: string },
  poster: User,
): Pull {
  const [from, branch] = headOf(state, on, head)
  const { base = on.defaultBranch, title = branch, body = '' } = options
  const pull = openPull(state, on, { from, branch, base, title, body }, poster)
  if (typeof pull === 'string') throw new Error(`${pull}: ${head} into ${base}`)
  return pull
}

/** The repository and branch that a pull's head names; a fork is found by its owner. */
export function headOf(state: State, on: Repo, head: string): [from: Repo, branch: string] {
  const colon = head.indexOf(':')
  if (colon < 0) return [on, head]
  const [owner = '', name = on.name] = head.slice(0, colon).split('/')
  const from = findRepo(state, owner, name)
  if (!from) throw new Error(`no repository for ${head}`)
  return [from, head.slice(colon + 1)]
}

function repoNamed(state: State, name: string): Repo {
  const [owner = '', short = ''] = name.split('/')
  const repo = findRepo(state, owner, short)
  if (!repo) throw new Error(`no repository ${name}`)
  return repo
}

function userNamed(state: State, login: string): User {
  const user = findUser(state, login)
  if (!user) throw new Error(`no user ${login}`)
  return user
}

function pullNumbered(repo: Repo, number: number): Pull {
  const pull = repo.pulls.get(number)
  if (!pull) throw new Error(`no pull ${number} in ${repo.name}`)
  return pull
}

function commitOf(repo: Repo, name: string): string {
  const id = tipOf(repo, name) ?? repo.objects.commit(name)?.id
  if (id === undefined) throw new Error(`no branch or commit ${name} in ${repo.name}`)
  return id
}

function makerOf(state: State, repo: Repo): User {
  return personOf(state, ownerOf(state, repo))
}

/** A person to do something in an owner's name; an organisation without owners does it itself. */
function personOf(state: State, owner: User): User {
  const [first] = owner.owners
  return (first === undefined ? undefined : state.users.get(first)) ?? owner
}

function labelNamed(state: State, repo: Repo, name: string): number {
  const known = repo.labels.find((label) => label.name === name)
  if (known) return known.id
  const label = { id: nextId(state, 'label'), name, color: 'ff0000' }
  repo.labels.push(label)
  return label.id
}

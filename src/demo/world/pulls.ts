import { closePull, reopenPull } from '../changes/close.ts'
import {
  commentPull,
  deletePull,
  labelPull,
  retargetPull,
  retitlePull,
  reviewPull,
  rewritePull,
} from '../changes/edit.ts'
import { type MergeOptions, mergePull } from '../changes/merge.ts'
import { openAgitPull, openPull, pushAgitPull } from '../changes/open.ts'
import { findRepo, type Repo } from '../state/repo.ts'
import { nextId, type State } from '../state/state.ts'
import { type By, doerOf, pullNumbered, repoNamed } from './find.ts'

type NewPull = { base?: string; title?: string; body?: string } & By

/** Opening pulls; each gives the new pull's number. */
export function newPullsOf(state: State) {
  return {
    /** `head` is a branch of the repository, or `owner:branch` or `owner/name:branch` of a fork. */
    openPull(name: string, head: string, options: NewPull = {}): number {
      const repo = repoNamed(state, name)
      const { from, branch } = headOf(state, repo, head)
      const { base = repo.defaultBranch, title = branch, body = '' } = options
      const pull = openPull(state, repo, { from, branch, base, title, body }, doerOf(state, repo, options))
      if (typeof pull === 'string') throw new Error(`${pull}: ${head} into ${base}`)
      return pull.number
    },
    /** A pull pushed to refs/for/BASE, without a branch. */
    openAgitPull(name: string, commit: string, options: NewPull = {}): number {
      const repo = repoNamed(state, name)
      const { base = repo.defaultBranch, title = 'AGit', body = '' } = options
      return openAgitPull(state, repo, { base, title, body, commit }, doerOf(state, repo, options)).number
    },
  }
}

/** Changing pulls, by `owner/name` and number. */
export function pullsOf(state: State) {
  const on = (name: string, number: number, by: By) => {
    const repo = repoNamed(state, name)
    return { repo, pull: pullNumbered(repo, number), doer: doerOf(state, repo, by) }
  }
  return {
    retitle(name: string, number: number, title: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      retitlePull(state, repo, pull, title, doer)
    },
    rewrite(name: string, number: number, body: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      rewritePull(state, repo, pull, body, doer)
    },
    retarget(name: string, number: number, base: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      retargetPull(state, repo, pull, base, doer)
    },
    pushAgit(name: string, number: number, commit: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      pushAgitPull(state, repo, pull, commit, doer)
    },
    comment(name: string, number: number, body: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      commentPull(state, repo, pull, body, doer)
    },
    approve(name: string, number: number, content: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      reviewPull(state, repo, pull, 'approved', content, doer)
    },
    label(name: string, number: number, label: string, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      labelPull(state, repo, pull, [...pull.labelIds, labelNamed(state, repo, label)], doer)
    },
    close(name: string, number: number, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      closePull(state, repo, pull, doer)
    },
    reopen(name: string, number: number, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      reopenPull(state, repo, pull, doer)
    },
    merge(name: string, number: number, options: Partial<MergeOptions> & By = {}) {
      const { repo, pull, doer } = on(name, number, options)
      return mergePull(state, repo, pull, doer, { style: 'merge', ...options })
    },
    deletePull(name: string, number: number, by: By = {}) {
      const { repo, pull, doer } = on(name, number, by)
      deletePull(state, repo, pull, doer)
    },
  }
}

function headOf(state: State, repo: Repo, head: string): { from: Repo; branch: string } {
  const colon = head.indexOf(':')
  if (colon < 0) return { from: repo, branch: head }
  const [owner = '', name = repo.name] = head.slice(0, colon).split('/')
  const from = findRepo(state, owner, name)
  if (!from) throw new Error(`no repository for ${head}`)
  return { from, branch: head.slice(colon + 1) }
}

function labelNamed(state: State, repo: Repo, name: string): number {
  const known = repo.labels.find((label) => label.name === name)
  if (known) return known.id
  const label = { id: nextId(state, 'label'), name, color: 'ff0000' }
  repo.labels.push(label)
  return label.id
}

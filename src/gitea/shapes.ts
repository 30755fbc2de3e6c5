/** Gitea's answers, parsed once, here, to the fields we use. Seen on Gitea 1.15.11, 1.26.1 and Forgejo 7.0.0. */
import { z } from 'zod'
import { utc } from '../rules/time.ts'

/** Text without lone surrogates, which JSON can carry and UTF-8 can not: stored and read back it would differ for ever. */
const text = z.string().transform((value) => value.toWellFormed())
const textOrNone = text.nullish().transform((value) => value ?? '')
const time = z.string().nullish().transform(utc)
const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const fullName = z.string().regex(/^[^/\s]+\/[^/\s]+$/)

export const versionShape = z.object({ version: z.string() })

/** Page sizes; a server that hides /settings/api has the defaults. */
export const settingsShape = z.object({
  max_response_items: z.number().int().positive().catch(50),
  default_paging_num: z.number().int().positive().catch(30),
  default_git_trees_per_page: z.number().int().positive().catch(1000),
})

/** `has_pull_requests` false: the unit is off, and the pulls API answers 404. */
export const repoShape = z
  .object({
    id: z.number().int().positive(),
    full_name: fullName,
    owner: z.object({ id: z.number().int().positive(), login: z.string() }),
    private: z.boolean().default(false),
    empty: z.boolean().default(false),
    default_branch: textOrNone,
    has_pull_requests: z.boolean().default(true),
    open_pr_counter: z.number().int().default(0),
    updated_at: time,
  })
  .transform((repo) => ({
    id: repo.id,
    fullName: repo.full_name,
    ownerId: repo.owner.id,
    owner: repo.owner.login,
    private: repo.private,
    empty: repo.empty,
    defaultBranch: repo.default_branch || 'main',
    hasPulls: repo.has_pull_requests,
    openPulls: repo.open_pr_counter,
    updatedAt: repo.updated_at,
  }))
export type Repo = z.infer<typeof repoShape>

export const repoSearchShape = z
  .object({ data: z.array(repoShape.nullable()).nullable() })
  .transform(({ data }) => data ?? [])

const refShape = z.object({ ref: z.string(), object: z.object({ type: z.string(), sha }) })
/** An array, or one object where a filter matches one ref whole (older servers). */
export const refsShape = z.union([z.array(refShape), refShape.transform((ref) => [ref])])

export const treeShape = z.object({
  tree: z
    .array(z.object({ path: z.string(), mode: z.string(), type: z.string(), size: z.number().default(0), sha }))
    .nullable()
    .transform((items) => items ?? []),
  total_count: z.number().int(),
})
export type TreeItem = z.infer<typeof treeShape>['tree'][number]

export const blobShape = z.object({ sha, content: z.string().nullable(), size: z.number() })

/** last_commit_sha since Gitea 1.18, last_committer_date since 1.24 (not on Forgejo 7). */
export const contentShape = z.object({
  path: z.string(),
  type: z.string(),
  sha,
  size: z.number(),
  content: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  last_commit_sha: z
    .string()
    .nullish()
    .transform((value) => value || null),
  last_committer_date: time,
})
export type Content = z.infer<typeof contentShape>

/** A commit as git/commits/SHA and the commits list give it: both dates, the parents, and (when asked for) the files. */
export const commitShape = z
  .object({
    sha,
    commit: z.object({ author: z.object({ date: time }), committer: z.object({ date: time }) }),
    parents: z.array(z.object({ sha })).nullish(),
    files: z.array(z.object({ filename: z.string() })).nullish(),
  })
  .transform((commit) => ({
    sha: commit.sha,
    authoredAt: commit.commit.author.date,
    committedAt: commit.commit.committer.date,
    parents: (commit.parents ?? []).map((parent) => parent.sha),
    files: (commit.files ?? []).map((file) => file.filename),
  }))
export type Commit = z.infer<typeof commitShape>

/** commit.timestamp is the author's date. */
export const branchShape = z.object({ name: z.string(), commit: z.object({ id: sha, timestamp: time }) })

/**
 * head.label is the branch's name, also after the branch is gone and without owner for a fork; '' for an AGit pull.
 * head.repo_id is -1 when the fork is gone. A null user is a deleted one.
 */
export const pullShape = z
  .object({
    number: z.number().int().positive(),
    state: z.enum(['open', 'closed']),
    merged: z.boolean().nullish(),
    title: text,
    body: textOrNone,
    user: z.object({ login: text }).nullish(),
    head: z.object({ label: textOrNone, ref: textOrNone, sha: z.string().nullish(), repo_id: z.number().nullish() }),
    base: z.object({ ref: textOrNone, repo_id: z.number().int() }),
    created_at: time,
    updated_at: time,
    closed_at: time,
    merged_at: time,
    merge_commit_sha: z.string().nullish(),
  })
  .transform((pull) => ({
    number: pull.number,
    state: pull.merged ? ('merged' as const) : pull.state,
    title: pull.title,
    body: pull.body,
    opener: pull.user?.login || 'Ghost',
    headBranch: pull.head.label || pull.head.ref,
    isAgit: pull.head.label === '',
    headSha: pull.head.sha || null,
    fromFork: pull.head.repo_id !== pull.base.repo_id,
    base: pull.base.ref,
    repoId: pull.base.repo_id,
    createdAt: pull.created_at,
    updatedAt: pull.updated_at,
    closedAt: pull.closed_at,
    mergedAt: pull.merged_at,
    mergeCommit: pull.merged ? pull.merge_commit_sha || null : null,
  }))
export type Pull = z.infer<typeof pullShape>

/** A pull as issues/search shows it: that it moved, not what it is. */
export const movedPullShape = z.object({
  number: z.number().int().positive(),
  updated_at: time,
  repository: z.object({ id: z.number().int().positive(), full_name: z.string(), owner: z.string().optional() }),
})
export type MovedPull = z.infer<typeof movedPullShape>

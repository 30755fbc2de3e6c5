import { branchNames } from '../git/refs.ts'
import type { Json } from '../json.ts'
import { canAdminister, canRead, canWrite } from '../state/access.ts'
import { isOpen } from '../state/pull.ts'
import { fullName, ownerOf, type Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'
import type { User } from '../state/user.ts'
import { NEVER, rfc3339 } from './time.ts'
import { userShape } from './user.ts'

/** A repository as a reader sees it, with the field set of the server's version. */
export function repoShape(state: State, repo: Repo, reader: User | undefined): Json {
  return {
    id: repo.id,
    owner: userShape(state, ownerOf(state, repo), reader),
    ...identity(state, repo),
    ...counters(state, repo),
    permissions: {
      admin: canAdminister(state, reader, repo),
      push: canWrite(state, reader, repo),
      pull: canRead(state, reader, repo),
    },
    ...units(state, repo),
    ...mergeSettings(state, repo),
    ...remainder(state),
  }
}

function identity(state: State, repo: Repo): Record<string, Json | undefined> {
  const { dialect, url } = state
  const name = fullName(state, repo)
  const parent = repo.parentId === undefined ? undefined : state.repos.get(repo.parentId)
  return {
    name: repo.name,
    full_name: name,
    description: repo.description,
    empty: repo.empty,
    private: repo.private,
    fork: repo.parentId !== undefined,
    template: false,
    parent: parent ? repoShape(state, parent, undefined) : absentParent(state),
    mirror: false,
    size: 33,
    language: dialect.since(16) ? '' : undefined,
    languages_url: dialect.since(16) ? `${url}/api/v1/repos/${name}/languages` : undefined,
    html_url: `${url}/${name}`,
    url: dialect.since(16) ? `${url}/api/v1/repos/${name}` : undefined,
    link: dialect.since(16) ? '' : undefined,
    ssh_url: `gituser@localhost:${name}.git`,
    clone_url: `${url}/${name}.git`,
    original_url: '',
    website: '',
  }
}

/** Gitea leaves the parent out since 1.23; before, and on Forgejo, it is null. */
function absentParent({ dialect }: State): null | undefined {
  return dialect.since(23) ? undefined : null
}

function counters({ dialect, repos }: State, repo: Repo): Record<string, Json | undefined> {
  return {
    stars_count: 0,
    forks_count: repos
      .values()
      .filter(({ parentId }) => parentId === repo.id)
      .toArray().length,
    watchers_count: 2,
    branch_count: dialect.since(26) ? branchNames(repo.refs).length : undefined,
    open_issues_count: 0,
    open_pr_counter: [...repo.pulls.values()].filter(isOpen).length,
    release_counter: 0,
    default_branch: repo.defaultBranch,
    archived: repo.archived,
    created_at: rfc3339(repo.created),
    updated_at: rfc3339(repo.updated),
    archived_at: dialect.since(20) ? '1970-01-01T00:00:00Z' : undefined,
  }
}

function units({ dialect }: State, repo: Repo): Record<string, Json | undefined> {
  const tracker = {
    enable_time_tracker: true,
    allow_only_contributors_to_track_time: true,
    enable_issue_dependencies: true,
  }
  /** A fork begins with code and pulls alone. */
  const full = repo.parentId === undefined
  return {
    has_code: dialect.since(24) ? true : undefined,
    has_issues: repo.hasIssues,
    internal_tracker: repo.hasIssues ? tracker : undefined,
    has_wiki: full,
    wiki_branch: dialect.forgejo && full ? 'main' : undefined,
    has_pull_requests: repo.hasPulls,
    has_projects: full,
    projects_mode: dialect.since(23) ? 'all' : undefined,
    has_releases: dialect.since(20) ? full : undefined,
    has_packages: dialect.since(20) ? full : undefined,
    has_actions: dialect.since(20) ? full : undefined,
  }
}

/** With pulls off the servers leave the merge styles at false, and some out; a reader of pulls never looks at them. */
function mergeSettings({ dialect }: State, repo: Repo): Record<string, Json | undefined> {
  const allowed = repo.hasPulls
  const since24 = (value: boolean) => (dialect.since(24) ? value : undefined)
  return {
    ignore_whitespace_conflicts: false,
    allow_merge_commits: allowed,
    allow_rebase: allowed,
    allow_rebase_explicit: allowed,
    allow_squash_merge: allowed,
    allow_fast_forward_only_merge: dialect.since(22) ? allowed : undefined,
    allow_rebase_update: dialect.since(17) ? allowed : undefined,
    allow_manual_merge: since24(false),
    autodetect_manual_merge: since24(repo.autodetectManualMerge),
    default_delete_branch_after_merge: dialect.since(17) ? repo.deleteBranchAfterMerge : undefined,
    default_merge_style: 'merge',
    default_allow_maintainer_edit: dialect.since(19) ? !dialect.forgejo : undefined,
  }
}

function remainder({ dialect }: State): Record<string, Json | undefined> {
  return {
    avatar_url: '',
    internal: false,
    mirror_interval: '',
    object_format_name: dialect.since(22) ? (dialect.forgejo ? '' : 'sha1') : undefined,
    mirror_updated: dialect.since(17) ? NEVER : undefined,
    repo_transfer: dialect.forgejo ? null : undefined,
    topics: dialect.since(23) ? [] : undefined,
    licenses: dialect.since(23) ? [] : undefined,
  }
}

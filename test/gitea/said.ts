/** What Gitea says of things, as its JSON has it; each may be told to say something else. */

/** A commit id to tell apart by number. */
export function sha(number: number): string {
  return number.toString(16).padStart(40, '0')
}

export function repo(other: object = {}) {
  return {
    id: 1,
    full_name: 'rfcs/meta',
    owner: { id: 9, login: 'rfcs' },
    private: false,
    empty: false,
    default_branch: 'main',
    has_pull_requests: true,
    open_pr_counter: 2,
    updated_at: '2026-11-22T11:00:00+01:00',
    ...other,
  }
}

export function pull(number: number, other: object = {}) {
  return {
    number,
    state: 'open',
    merged: false,
    title: `Pull ${number}`,
    body: 'Text.\n',
    user: { id: 3, login: 'alice' },
    head: { label: 'propose/a', ref: 'propose/a', sha: sha(number), repo_id: 1 },
    base: { label: 'main', ref: 'main', sha: sha(99), repo_id: 1 },
    created_at: '2026-11-20T10:00:00Z',
    updated_at: '2026-11-20T10:00:00Z',
    closed_at: null,
    merged_at: null,
    merge_commit_sha: null,
    ...other,
  }
}

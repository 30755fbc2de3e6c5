/** What the tests read of the servers' answers, as the API documents it. */
export type ApiRepo = {
  id: number
  name: string
  full_name: string
  owner: { login: string }
  private: boolean
  empty: boolean
  default_branch: string
  has_pull_requests: boolean
}

export type ApiPull = {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  merged: boolean
  user: { login: string } | null
  head: { label: string; ref: string; repo_id: number }
  base: { ref: string; repo_id: number }
  created_at: string
  updated_at: string
  closed_at: string | null
  merged_at: string | null
  merge_commit_sha: string | null
}

export type ApiContent = { name: string; path: string; type: string; sha: string; content: string | null }
export type ApiCommit = { sha: string; commit: { author: { date: string }; committer: { date: string } } }
export type ApiRef = { ref: string; object: { sha: string } }

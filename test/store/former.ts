import type { Database } from 'better-sqlite3'

/** The tables of an application that kept its own cache before rfcached came: the columns and keys that its statements name. */
export const formerTables = `
CREATE TABLE cached_rfcs (
  slug TEXT PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL, rfc_id TEXT UNIQUE, repo TEXT,
  proposed_by TEXT, proposed_at TEXT, graduated_at TEXT, graduated_by TEXT,
  owners_json TEXT NOT NULL DEFAULT '[]', arbiters_json TEXT NOT NULL DEFAULT '[]', tags_json TEXT NOT NULL DEFAULT '[]',
  body TEXT, body_sha TEXT, last_main_commit_at TEXT, last_entry_commit_at TEXT, updated_at TEXT NOT NULL);
CREATE INDEX idx_cached_rfcs_state ON cached_rfcs (state);
CREATE TABLE cached_branches (
  rfc_slug TEXT NOT NULL REFERENCES cached_rfcs (slug), branch_name TEXT NOT NULL, head_sha TEXT,
  state TEXT NOT NULL DEFAULT 'open', last_commit_at TEXT, PRIMARY KEY (rfc_slug, branch_name));
CREATE TABLE cached_prs (
  id INTEGER PRIMARY KEY, rfc_slug TEXT NOT NULL, pr_kind TEXT NOT NULL, repo TEXT NOT NULL, pr_number INTEGER NOT NULL,
  title TEXT, description TEXT, state TEXT NOT NULL, opened_by TEXT, opened_at TEXT, merged_at TEXT, closed_at TEXT,
  head_branch TEXT, base_branch TEXT, head_sha TEXT, merge_commit_sha TEXT, superseded_by_pr_number INTEGER,
  UNIQUE (repo, pr_number));
CREATE TABLE actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, action_kind TEXT NOT NULL, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT,
  created_at TEXT NOT NULL DEFAULT (datetime('now')));`

/** What that application's own statements write: the RFC a, its branches main and x, and its pull 7. */
export function fillAsBefore(app: Database): void {
  app.exec(`
INSERT INTO cached_rfcs
    (slug, title, state, rfc_id, repo, proposed_by, proposed_at, graduated_at, graduated_by, owners_json, arbiters_json,
     tags_json, body, body_sha, last_entry_commit_at, updated_at)
VALUES ('a', 'A', 'active', NULL, 'rfcs/a', 'alice', NULL, NULL, NULL, '[]', '[]', '[]', 'b', 's', datetime('now'), datetime('now'))
ON CONFLICT(slug) DO UPDATE SET title = excluded.title;
INSERT INTO cached_branches (rfc_slug, branch_name, head_sha, state, last_commit_at)
VALUES ('a', 'main', 'h', 'open', NULL), ('a', 'x', 'h', 'open', NULL)
ON CONFLICT(rfc_slug, branch_name) DO UPDATE SET head_sha = excluded.head_sha,
  state = CASE WHEN cached_branches.state = 'closed' THEN 'closed' ELSE 'open' END;
INSERT INTO cached_prs
    (rfc_slug, pr_kind, repo, pr_number, title, description, state, opened_by, opened_at, merged_at, closed_at,
     head_branch, base_branch, head_sha, merge_commit_sha)
VALUES ('a', 'rfc_branch', 'rfcs/a', 7, 'T', 'D', 'open', 'rfc-bot', NULL, NULL, NULL, 'x', 'main', 'h', NULL)
ON CONFLICT(repo, pr_number) DO UPDATE SET title = excluded.title;`)
}

/** What its pages ask. */
export const formerQuestions = [
  `SELECT slug, title, state, rfc_id, repo, proposed_by, proposed_at, graduated_at, graduated_by, owners_json, arbiters_json,
     tags_json, body, body_sha, last_main_commit_at, last_entry_commit_at, updated_at FROM cached_rfcs WHERE state = 'active'`,
  `SELECT slug FROM cached_rfcs WHERE state = 'active' AND repo IS NOT NULL`,
  `SELECT head_sha, state, last_commit_at FROM cached_branches WHERE rfc_slug = 'a' AND branch_name = 'main'`,
  `SELECT b.rfc_slug, b.branch_name FROM cached_branches b JOIN cached_rfcs r ON r.slug = b.rfc_slug
     WHERE b.state != 'deleted' AND b.branch_name != 'main'`,
  `SELECT rfc_slug, pr_kind, repo, pr_number, title, description, state, opened_by, opened_at, merged_at, closed_at, head_branch,
     base_branch, head_sha, merge_commit_sha, superseded_by_pr_number FROM cached_prs WHERE repo = 'rfcs/a' AND pr_number = 7`,
]

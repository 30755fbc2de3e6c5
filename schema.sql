-- rfcached's tables, in reading order. Applications read the cached_* tables and write `actions`, which is theirs:
-- rfcached never creates, changes or drops it (src/store/actions.ts puts triggers on it, made from its columns).
-- Nothing here is newer than SQLite 3.37, and no trigger needs JSON, so that any application's own SQLite can open the file.
-- Times from Gitea or git are RFC 3339 in UTC with a Z, whole seconds; NULL where the server says nothing, epoch 0 or year 1.

-- One RFC: an entry file under rfcs/ of the meta repository, and the document of the RFC's own repository beside it.
CREATE TABLE cached_rfcs (
  slug TEXT PRIMARY KEY,
  title TEXT NOT NULL,            -- the slug where the author gave none
  state TEXT,                     -- the author's word: super-draft, active, withdrawn, …
  rfc_id TEXT,                    -- the front matter's id, as written
  repo TEXT,                      -- as written; followed only where the rules allow it (see problem)
  proposed_by TEXT,
  proposed_at TEXT,               -- the author's words, as are all dates of the front matter
  graduated_at TEXT,
  graduated_by TEXT,
  owners_json TEXT,               -- a JSON list of texts; NULL where the author wrote something else than texts
  arbiters_json TEXT,
  tags_json TEXT,
  body TEXT NOT NULL,             -- the document of an active RFC that has one, else the entry's body
  body_sha TEXT NOT NULL,         -- git blob id of what body was taken from
  last_main_commit_at TEXT,       -- author date of the own repository's default-branch tip
  last_entry_commit_at TEXT,      -- committer date of the entry's last commit; NULL until known
  updated_at TEXT NOT NULL,       -- when a reader last saw something move in this row
  entry_path TEXT NOT NULL,       -- rfcs/<file>.md
  entry_body TEXT NOT NULL,       -- what follows the front matter
  entry_sha TEXT NOT NULL,        -- git blob id of the entry
  document_body TEXT,             -- RFC.md of the own repository, whole
  document_sha TEXT,              -- its git blob id
  problem TEXT,                   -- what is wrong with the entry, for its author to mend
  removed_at TEXT                 -- when the entry was seen to be gone; NULL while it is there
) STRICT;

CREATE INDEX cached_rfcs_by_state ON cached_rfcs (state, slug);

-- Which RFCs the full-text index holds; its rows are numbered here, because those of cached_rfcs have no number that lasts.
CREATE TABLE rfcs_indexed (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE
) STRICT;

-- What the index reads back for snippets.
CREATE VIEW rfcs_searched AS
  SELECT i.id AS id, r.slug AS slug, r.title AS title, r.tags_json AS tags, r.body AS body
  FROM rfcs_indexed AS i JOIN cached_rfcs AS r ON r.slug = i.slug;

-- Full text of the RFCs that are there, for readers: SELECT slug FROM rfcs_search WHERE rfcs_search MATCH 'token*' ORDER BY rank.
-- Kept by triggers; rows from before it was made come by the backfill search-index. A SQLite without FTS5 reads all but this.
CREATE VIRTUAL TABLE rfcs_search USING fts5 (
  slug, title, tags, body, content = 'rfcs_searched', content_rowid = 'id', tokenize = 'unicode61'
);

-- The best first: a word of the title tells more than one of the text.
INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('rank', 'bm25(5.0, 10.0, 5.0, 1.0)');

-- The index merges 64 of its pages at a time: smaller ones keep other writers waiting for less.
INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('pgsz', 500);

-- One branch of an RFC: of its own repository, or an edit branch of the meta repository (for a super-draft also `main`).
CREATE TABLE cached_branches (
  rfc_slug TEXT NOT NULL,
  branch_name TEXT NOT NULL,
  head_sha TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'deleted')), -- closed: the application's word
  last_commit_at TEXT,            -- the tip's author date
  repo TEXT NOT NULL,             -- owner/name as Gitea spells it now
  PRIMARY KEY (rfc_slug, repo, branch_name)
) STRICT;

CREATE INDEX cached_branches_by_repo ON cached_branches (repo, branch_name);

-- One pull request of an RFC. What Gitea said is in upstream_*, opener_*, trailer_actor; what it means
-- (state, opened_by, opened_by_source, superseded_by_pr_number, closed_at) is derived by src/store/meaning.ts.
CREATE TABLE cached_prs (
  rfc_slug TEXT NOT NULL,
  pr_kind TEXT NOT NULL CHECK (pr_kind IN ('idea', 'meta_body_edit', 'meta_claim', 'meta_metadata', 'rfc_branch')),
  repo TEXT NOT NULL,             -- owner/name as Gitea spells it now
  pr_number INTEGER NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'merged', 'closed', 'withdrawn', 'deleted')),
  opened_by TEXT NOT NULL,        -- the person, see opened_by_source
  opened_at TEXT,
  merged_at TEXT,
  closed_at TEXT,                 -- upstream's, or the merge that superseded a pull still open upstream
  head_branch TEXT NOT NULL,      -- the branch's name, also after it is gone
  base_branch TEXT NOT NULL,
  head_sha TEXT,                  -- refs/pull/N/head
  merge_commit_sha TEXT,          -- NULL unless merged
  superseded_by_pr_number INTEGER,
  upstream_state TEXT NOT NULL CHECK (upstream_state IN ('open', 'merged', 'closed', 'deleted')),
  upstream_closed_at TEXT,
  upstream_updated_at TEXT,
  opener_login TEXT NOT NULL,     -- Ghost for a deleted user
  opener_is_bot INTEGER NOT NULL CHECK (opener_is_bot IN (0, 1)),
  trailer_actor TEXT,             -- the On-behalf-of trailer of a pull the bot opened
  opened_by_source TEXT NOT NULL CHECK (opened_by_source IN ('login', 'actions', 'trailer', 'bot')),
  from_fork INTEGER NOT NULL CHECK (from_fork IN (0, 1)),
  PRIMARY KEY (repo, pr_number)
) STRICT;

CREATE INDEX cached_prs_by_rfc ON cached_prs (rfc_slug, pr_number);
CREATE INDEX cached_prs_by_state ON cached_prs (state, opened_at);

-- `Supersedes: #N` trailers, as written by pull pr_number.
CREATE TABLE pr_supersedes (
  repo TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  supersedes INTEGER NOT NULL,
  PRIMARY KEY (repo, pr_number, supersedes)
) STRICT, WITHOUT ROWID;

CREATE INDEX pr_supersedes_by_superseded ON pr_supersedes (repo, supersedes);

-- Below: ours, not an interface.

-- The change feed. seq starts at the file's creation time in ms, so that it never restarts, not in a new file either.
-- key: the slug; `slug repo branch`; `owner/name#number`. op: new (or back again), changed, gone (deleted, removed).
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  table_name TEXT NOT NULL,
  key TEXT NOT NULL,
  op TEXT NOT NULL CHECK (op IN ('new', 'changed', 'gone')),
  at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER))
) STRICT;

-- Repositories of the owner, known by Gitea's id: as the owner's listing shows them, and what is held of them.
-- count_off: how many more open pulls Gitea counts than are held, as far as reading them did not explain it.
CREATE TABLE repos (
  id INTEGER PRIMARY KEY,
  full_name TEXT NOT NULL UNIQUE COLLATE NOCASE, -- as Gitea spells it now
  is_meta INTEGER NOT NULL DEFAULT 0 CHECK (is_meta IN (0, 1)),
  rfc_slug TEXT UNIQUE,           -- the RFC whose own repository this is; NULL: not followed
  default_branch TEXT NOT NULL,
  private INTEGER NOT NULL CHECK (private IN (0, 1)),
  empty INTEGER NOT NULL CHECK (empty IN (0, 1)),
  has_pulls INTEGER NOT NULL CHECK (has_pulls IN (0, 1)),
  count_off INTEGER NOT NULL,
  updated_at TEXT,
  tip TEXT,                       -- the commit whose document (or entries) are held; NULL: read again
  tip_at TEXT,                    -- its author date
  document_body TEXT,
  document_sha TEXT,
  dates_held INTEGER NOT NULL DEFAULT 0 CHECK (dates_held IN (0, 1)), -- 1: branch dates need not be read again
  pulls_since TEXT                -- watermark of the pulls; NULL: never listed whole
) STRICT;

-- Names that entries write and that lead to a repository of another name now.
CREATE TABLE repo_names (
  name TEXT PRIMARY KEY COLLATE NOCASE,
  repo_id INTEGER REFERENCES repos (id) ON DELETE CASCADE -- NULL: it was asked, and leads nowhere
) STRICT, WITHOUT ROWID;

-- Every file under rfcs/ that is an entry, with what it said when it could last be read.
CREATE TABLE entry_files (
  path TEXT PRIMARY KEY,
  blob TEXT NOT NULL,             -- '' : read again
  good_blob TEXT,                 -- the blob the fields below come from; NULL: never readable
  slug TEXT, title TEXT, state TEXT, rfc_id TEXT, repo TEXT,
  proposed_by TEXT, proposed_at TEXT, graduated_at TEXT, graduated_by TEXT,
  owners_json TEXT, arbiters_json TEXT, tags_json TEXT, body TEXT,
  reading TEXT,                   -- the problem met when reading blob
  problem TEXT,                   -- all of its problems: reading, slug, repository
  owns INTEGER NOT NULL DEFAULT 0 CHECK (owns IN (0, 1)), -- 1: its slug's row in cached_rfcs is this file's
  last_commit TEXT,               -- where the server names it
  committed_at TEXT,
  date_due INTEGER NOT NULL DEFAULT 1 CHECK (date_due IN (0, 1)) -- 1: committed_at is to be asked
) STRICT;

CREATE INDEX entry_files_by_slug ON entry_files (slug) WHERE owns;

-- The queue: one row a target. Times are milliseconds since 1970.
CREATE TABLE targets (
  target TEXT PRIMARY KEY,
  lane TEXT NOT NULL,             -- those of one lane write the same rows: one after the other
  due_at INTEGER,                 -- NULL: nothing asked
  again_at INTEGER,               -- the second look: Gitea updates heads and merge flags after it calls
  whole INTEGER NOT NULL DEFAULT 0 CHECK (whole IN (0, 1)), -- 1: list everything, trust no watermark
  priority INTEGER NOT NULL DEFAULT 0, -- 1: a webhook or a person asked; 0: a sweep did
  not_before INTEGER NOT NULL DEFAULT 0, -- set by failure only
  started_at INTEGER,             -- under way since; NULL: not under way
  begun_at INTEGER NOT NULL DEFAULT 0, -- when it was last started
  refreshed_at INTEGER,
  read_from INTEGER NOT NULL DEFAULT 0, -- the server's clock when the last successful refresh began to read
  failures INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
) STRICT;

CREATE INDEX targets_due ON targets (due_at) WHERE due_at IS NOT NULL;

-- The inbox: every webhook delivery that was accepted. A payload is a hint: what it named was asked for in the same transaction.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,            -- X-Gitea-Delivery; a redelivery by hand has a new one
  received_at INTEGER NOT NULL,   -- milliseconds since 1970
  event TEXT NOT NULL,
  action TEXT,
  repo TEXT,
  targets TEXT NOT NULL           -- what it asked for, separated by blanks; '' : it concerned nothing
) STRICT;

CREATE INDEX deliveries_by_time ON deliveries (received_at);

-- The history of runs, and those that are asked for.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'completed_with_warnings')),
  triggered_by TEXT NOT NULL,     -- scheduled, startup, webhook:<delivery>, manual:<user>, api:<client>
  created_at TEXT NOT NULL,
  started_at TEXT,
  completed_at TEXT,
  error_message TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  phase TEXT,                     -- what done and total count
  phase_at TEXT,                  -- when the phase began: done in the time since then is the rate
  result TEXT NOT NULL DEFAULT '{}', -- JSON: what `--json` prints
  stop_by TEXT                    -- who asked the run to stop; NULL: nobody
) STRICT;

CREATE INDEX jobs_by_status ON jobs (status, id);

-- Migrations of many rows, done in chunks beside the work: where each is. Keys are rowids of the table it goes through.
CREATE TABLE backfills (
  name TEXT PRIMARY KEY,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed')),
  after_key INTEGER NOT NULL DEFAULT 0, -- all up to this key are done
  last_key INTEGER,               -- the highest key when it began: rows that come later need no backfill; NULL: not begun
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  error_message TEXT,             -- why it stopped or failed
  job_id INTEGER,                 -- its latest run
  updated_at TEXT NOT NULL
) STRICT;

-- What was done, by quarters of an hour, for the picture of the last day.
CREATE TABLE activity (
  quarter INTEGER PRIMARY KEY,    -- when it began, milliseconds since 1970
  refreshes INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,   -- refreshes that failed
  deliveries INTEGER NOT NULL DEFAULT 0, -- accepted
  refused INTEGER NOT NULL DEFAULT 0,    -- deliveries refused
  missed INTEGER NOT NULL DEFAULT 0      -- changes that a sweep saw first: their webhook did not come
) STRICT;

-- Names and values: schema (version), owner_id, lease, watermarks, counters.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The feed fills itself, so that derived changes and the application's `closed` are in it too.
CREATE TRIGGER cached_rfcs_new AFTER INSERT ON cached_rfcs BEGIN
  INSERT INTO changes (table_name, key, op) VALUES ('cached_rfcs', NEW.slug, 'new');
END;

CREATE TRIGGER cached_rfcs_changed AFTER UPDATE ON cached_rfcs
WHEN (OLD.title, OLD.state, OLD.rfc_id, OLD.repo, OLD.proposed_by, OLD.proposed_at, OLD.graduated_at, OLD.graduated_by,
      OLD.owners_json, OLD.arbiters_json, OLD.tags_json, OLD.last_main_commit_at, OLD.last_entry_commit_at, OLD.entry_path,
      OLD.entry_body, OLD.entry_sha, OLD.document_body, OLD.document_sha, OLD.problem, OLD.removed_at)
  IS NOT
     (NEW.title, NEW.state, NEW.rfc_id, NEW.repo, NEW.proposed_by, NEW.proposed_at, NEW.graduated_at, NEW.graduated_by,
      NEW.owners_json, NEW.arbiters_json, NEW.tags_json, NEW.last_main_commit_at, NEW.last_entry_commit_at, NEW.entry_path,
      NEW.entry_body, NEW.entry_sha, NEW.document_body, NEW.document_sha, NEW.problem, NEW.removed_at)
BEGIN
  INSERT INTO changes (table_name, key, op) VALUES ('cached_rfcs', NEW.slug,
    CASE WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN 'gone'
         WHEN OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL THEN 'new' ELSE 'changed' END);
END;

CREATE TRIGGER cached_rfcs_gone AFTER DELETE ON cached_rfcs BEGIN
  INSERT INTO changes (table_name, key, op) VALUES ('cached_rfcs', OLD.slug, 'gone');
END;

CREATE TRIGGER cached_branches_new AFTER INSERT ON cached_branches BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_branches', NEW.rfc_slug || ' ' || NEW.repo || ' ' || NEW.branch_name, 'new');
END;

CREATE TRIGGER cached_branches_changed AFTER UPDATE ON cached_branches
WHEN (OLD.rfc_slug, OLD.repo, OLD.branch_name) = (NEW.rfc_slug, NEW.repo, NEW.branch_name)
 AND (OLD.head_sha, OLD.state, OLD.last_commit_at) IS NOT (NEW.head_sha, NEW.state, NEW.last_commit_at)
BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_branches', NEW.rfc_slug || ' ' || NEW.repo || ' ' || NEW.branch_name,
    CASE WHEN OLD.state <> 'deleted' AND NEW.state = 'deleted' THEN 'gone'
         WHEN OLD.state = 'deleted' AND NEW.state <> 'deleted' THEN 'new' ELSE 'changed' END);
END;

CREATE TRIGGER cached_branches_moved AFTER UPDATE ON cached_branches
WHEN (OLD.rfc_slug, OLD.repo, OLD.branch_name) <> (NEW.rfc_slug, NEW.repo, NEW.branch_name)
BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_branches', OLD.rfc_slug || ' ' || OLD.repo || ' ' || OLD.branch_name, 'gone'),
         ('cached_branches', NEW.rfc_slug || ' ' || NEW.repo || ' ' || NEW.branch_name,
          CASE WHEN NEW.state = 'deleted' THEN 'gone' ELSE 'new' END);
END;

CREATE TRIGGER cached_branches_gone AFTER DELETE ON cached_branches BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_branches', OLD.rfc_slug || ' ' || OLD.repo || ' ' || OLD.branch_name, 'gone');
END;

CREATE TRIGGER cached_prs_new AFTER INSERT ON cached_prs BEGIN
  INSERT INTO changes (table_name, key, op) VALUES ('cached_prs', NEW.repo || '#' || NEW.pr_number, 'new');
END;

CREATE TRIGGER cached_prs_changed AFTER UPDATE ON cached_prs
WHEN (OLD.repo, OLD.pr_number) = (NEW.repo, NEW.pr_number)
 AND (OLD.rfc_slug, OLD.pr_kind, OLD.title, OLD.description, OLD.state, OLD.opened_by, OLD.opened_at, OLD.merged_at,
      OLD.closed_at, OLD.head_branch, OLD.base_branch, OLD.head_sha, OLD.merge_commit_sha, OLD.superseded_by_pr_number,
      OLD.upstream_state, OLD.upstream_closed_at, OLD.upstream_updated_at, OLD.opener_login, OLD.opener_is_bot,
      OLD.trailer_actor, OLD.opened_by_source, OLD.from_fork)
  IS NOT
     (NEW.rfc_slug, NEW.pr_kind, NEW.title, NEW.description, NEW.state, NEW.opened_by, NEW.opened_at, NEW.merged_at,
      NEW.closed_at, NEW.head_branch, NEW.base_branch, NEW.head_sha, NEW.merge_commit_sha, NEW.superseded_by_pr_number,
      NEW.upstream_state, NEW.upstream_closed_at, NEW.upstream_updated_at, NEW.opener_login, NEW.opener_is_bot,
      NEW.trailer_actor, NEW.opened_by_source, NEW.from_fork)
BEGIN
  INSERT INTO changes (table_name, key, op) VALUES ('cached_prs', NEW.repo || '#' || NEW.pr_number,
    CASE WHEN OLD.state <> 'deleted' AND NEW.state = 'deleted' THEN 'gone'
         WHEN OLD.state = 'deleted' AND NEW.state <> 'deleted' THEN 'new' ELSE 'changed' END);
END;

CREATE TRIGGER cached_prs_moved AFTER UPDATE ON cached_prs
WHEN (OLD.repo, OLD.pr_number) <> (NEW.repo, NEW.pr_number)
BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_prs', OLD.repo || '#' || OLD.pr_number, 'gone'),
         ('cached_prs', NEW.repo || '#' || NEW.pr_number, CASE WHEN NEW.state = 'deleted' THEN 'gone' ELSE 'new' END);
END;

CREATE TRIGGER cached_prs_gone AFTER DELETE ON cached_prs BEGIN
  INSERT INTO changes (table_name, key, op) VALUES ('cached_prs', OLD.repo || '#' || OLD.pr_number, 'gone');
END;

-- The full-text index follows. An RFC that it does not hold yet comes in with its first change, or with the backfill.
CREATE TRIGGER cached_rfcs_index_new AFTER INSERT ON cached_rfcs WHEN NEW.removed_at IS NULL BEGIN
  INSERT INTO rfcs_indexed (slug) VALUES (NEW.slug);
  INSERT INTO rfcs_search (rowid, slug, title, tags, body)
  SELECT id, NEW.slug, NEW.title, NEW.tags_json, NEW.body FROM rfcs_indexed WHERE slug = NEW.slug;
END;

CREATE TRIGGER cached_rfcs_index_changed AFTER UPDATE ON cached_rfcs
WHEN (OLD.slug, OLD.title, OLD.tags_json, OLD.body, OLD.removed_at IS NULL)
  IS NOT (NEW.slug, NEW.title, NEW.tags_json, NEW.body, NEW.removed_at IS NULL)
BEGIN
  INSERT INTO rfcs_search (rfcs_search, rowid, slug, title, tags, body)
  SELECT 'delete', id, OLD.slug, OLD.title, OLD.tags_json, OLD.body FROM rfcs_indexed WHERE slug = OLD.slug;
  DELETE FROM rfcs_indexed WHERE slug = OLD.slug;
  INSERT INTO rfcs_indexed (slug) SELECT NEW.slug WHERE NEW.removed_at IS NULL;
  INSERT INTO rfcs_search (rowid, slug, title, tags, body)
  SELECT id, NEW.slug, NEW.title, NEW.tags_json, NEW.body FROM rfcs_indexed WHERE slug = NEW.slug;
END;

CREATE TRIGGER cached_rfcs_index_gone AFTER DELETE ON cached_rfcs BEGIN
  INSERT INTO rfcs_search (rfcs_search, rowid, slug, title, tags, body)
  SELECT 'delete', id, OLD.slug, OLD.title, OLD.tags_json, OLD.body FROM rfcs_indexed WHERE slug = OLD.slug;
  DELETE FROM rfcs_indexed WHERE slug = OLD.slug;
END;

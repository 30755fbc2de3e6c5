/**
 * Jobs get the time of their phase and who stopped them, and are made anew for it: words for a status that other programs wrote
 * become the standard ones. Backfills, activity and the full-text index are new; the index is filled by a backfill. The feed no longer
 * calls a row new that is moved after it was deleted.
 */
export const jobsBackfillsActivitySearch = /* sql */ `
ALTER TABLE jobs RENAME TO jobs_1;

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
  result TEXT NOT NULL DEFAULT '{}', -- JSON: what \`--json\` prints
  stop_by TEXT                    -- who asked the run to stop; NULL: nobody
) STRICT;

CREATE INDEX jobs_by_status ON jobs (status, id);

INSERT INTO jobs (id, kind, status, triggered_by, created_at, started_at, completed_at, error_message, done, total, phase, result)
SELECT id, kind,
  CASE status WHEN 'processing' THEN 'running' WHEN 'fetching' THEN 'running' WHEN 'passed' THEN 'completed'
    WHEN 'error' THEN 'failed' ELSE status END,
  triggered_by, created_at, started_at, completed_at, error_message, done, total, phase, result
FROM jobs_1;

DROP TABLE jobs_1;

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

CREATE TABLE activity (
  quarter INTEGER PRIMARY KEY,    -- when it began, milliseconds since 1970
  refreshes INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,   -- refreshes that failed
  deliveries INTEGER NOT NULL DEFAULT 0, -- accepted
  refused INTEGER NOT NULL DEFAULT 0,    -- deliveries refused
  missed INTEGER NOT NULL DEFAULT 0      -- changes that a sweep saw first: their webhook did not come
) STRICT;

DROP TRIGGER cached_branches_moved;

CREATE TRIGGER cached_branches_moved AFTER UPDATE ON cached_branches
WHEN (OLD.rfc_slug, OLD.repo, OLD.branch_name) <> (NEW.rfc_slug, NEW.repo, NEW.branch_name)
BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_branches', OLD.rfc_slug || ' ' || OLD.repo || ' ' || OLD.branch_name, 'gone'),
         ('cached_branches', NEW.rfc_slug || ' ' || NEW.repo || ' ' || NEW.branch_name,
          CASE WHEN NEW.state = 'deleted' THEN 'gone' ELSE 'new' END);
END;

DROP TRIGGER cached_prs_moved;

CREATE TRIGGER cached_prs_moved AFTER UPDATE ON cached_prs
WHEN (OLD.repo, OLD.pr_number) <> (NEW.repo, NEW.pr_number)
BEGIN
  INSERT INTO changes (table_name, key, op)
  VALUES ('cached_prs', OLD.repo || '#' || OLD.pr_number, 'gone'),
         ('cached_prs', NEW.repo || '#' || NEW.pr_number, CASE WHEN NEW.state = 'deleted' THEN 'gone' ELSE 'new' END);
END;

CREATE TABLE rfcs_indexed (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE
) STRICT;

CREATE VIEW rfcs_searched AS
  SELECT i.id AS id, r.slug AS slug, r.title AS title, r.tags_json AS tags, r.body AS body
  FROM rfcs_indexed AS i JOIN cached_rfcs AS r ON r.slug = i.slug;

CREATE VIRTUAL TABLE rfcs_search USING fts5 (
  slug, title, tags, body, content = 'rfcs_searched', content_rowid = 'id', tokenize = 'unicode61'
);

INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('rank', 'bm25(5.0, 10.0, 5.0, 1.0)');

INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('pgsz', 500);

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
`

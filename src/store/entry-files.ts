import type { Database } from 'better-sqlite3'
import type { EntryFields } from '../rules/entry.ts'

/** What the rules need of a file to settle slugs and repositories. */
export type EntryFile = {
  path: string
  blob: string
  slug: string | null
  state: string | null
  repo: string | null
  reading: string | null
  owns: 0 | 1
  problem: string | null
}

/** A date to be asked, and what is known of the file's last commit. */
export type DueDate = { path: string; blob: string }

const fields = [
  'slug',
  'title',
  'state',
  'rfc_id',
  'repo',
  'proposed_by',
  'proposed_at',
  'graduated_at',
  'graduated_by',
  'owners_json',
  'arbiters_json',
  'tags_json',
  'body',
] as const satisfies (keyof EntryFields)[]

export function entryFilesTable(db: Database) {
  const writeGood = db.prepare<EntryFields & { path: string; blob: string; reading: string | null }>(/* sql */ `
    INSERT INTO entry_files (path, blob, good_blob, reading, ${fields.join(', ')})
    VALUES (:path, :blob, :blob, :reading, ${fields.map((name) => `:${name}`).join(', ')})
    ON CONFLICT (path) DO UPDATE SET blob = excluded.blob, good_blob = excluded.good_blob, reading = excluded.reading,
      ${fields.map((name) => `${name} = excluded.${name}`).join(', ')}`)
  const writeBroken = db.prepare<[string, string, string]>(/* sql */ `
    INSERT INTO entry_files (path, blob, reading) VALUES (?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET blob = excluded.blob, reading = excluded.reading`)
  const settle = db.prepare<[0 | 1, string | null, string]>(
    'UPDATE entry_files SET owns = ?, problem = ? WHERE path = ?',
  )
  const drop = db.prepare<[string]>('DELETE FROM entry_files WHERE path = ?')
  const all = db.prepare<[], EntryFile>(
    'SELECT path, blob, slug, state, repo, reading, owns, problem FROM entry_files ORDER BY path',
  )
  const problems = db.prepare<[], { path: string; message: string }>(
    'SELECT path, problem AS message FROM entry_files WHERE problem IS NOT NULL ORDER BY path',
  )
  const due = db.prepare<[], DueDate>('SELECT path, blob FROM entry_files WHERE date_due ORDER BY path')
  const setDue = db.prepare<[string]>('UPDATE entry_files SET date_due = 1 WHERE path = ?')
  const setAllDue = db.prepare('UPDATE entry_files SET date_due = 1')
  const date = db.prepare<[string | null, string | null, string]>(
    'UPDATE entry_files SET committed_at = ?, last_commit = ?, date_due = 0 WHERE path = ?',
  )
  const commits = db
    .prepare<[], [string, string]>(
      'SELECT DISTINCT last_commit, committed_at FROM entry_files WHERE last_commit IS NOT NULL AND committed_at IS NOT NULL',
    )
    .raw()

  return {
    writeGood: (path: string, blob: string, read: EntryFields, reading: string | null) =>
      writeGood.run({ ...read, path, blob, reading }),
    /** A file that cannot be read keeps what it last said. */
    writeBroken: (path: string, blob: string, reading: string) => writeBroken.run(path, blob, reading),
    /** Whether its slug's row is this file's, and all that is wrong with it. */
    settle: (path: string, owns: boolean, problem: string | null) => settle.run(owns ? 1 : 0, problem, path),
    drop: (path: string) => drop.run(path),
    all: () => all.all(),
    problems: () => problems.all(),
    due: () => due.all(),
    setDue: (path: string) => setDue.run(path),
    setAllDue: () => setAllDue.run(),
    date: (path: string, committedAt: string | null, commit: string | null) => date.run(committedAt, commit, path),
    /** Committer dates that are known already, by commit. */
    commits: (): Map<string, string> => new Map(commits.all()),
  }
}

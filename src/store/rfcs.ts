import type { Database } from 'better-sqlite3'

const copied = [
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
]
const stored = [
  ...copied,
  'last_main_commit_at',
  'last_entry_commit_at',
  'body',
  'body_sha',
  'entry_path',
  'entry_body',
  'entry_sha',
  'document_body',
  'document_sha',
  'problem',
  'removed_at',
]

/** An active RFC shows its document where there is one: derived in the one statement that writes it, so that nothing can be at odds. */
const merged = (what: 'body' | 'sha') =>
  `CASE WHEN f.state = 'active' THEN coalesce(r.document_${what}, f.${what === 'body' ? what : 'good_blob'}) ELSE f.${what === 'body' ? what : 'good_blob'} END`

/** cached_rfcs is a projection of entry_files (those that own their slug) and of the repositories they follow. */
export function rfcsTable(db: Database) {
  const project = (scope: string) => /* sql */ `
    INSERT INTO cached_rfcs (slug, ${stored.join(', ')}, updated_at)
    SELECT f.slug, ${copied.map((name) => `f.${name}`).join(', ')}, r.tip_at, f.committed_at, ${merged('body')}, ${merged('sha')}, f.path, f.body, f.good_blob,
      r.document_body, r.document_sha, f.problem, NULL, :now
    FROM entry_files AS f LEFT JOIN repos AS r ON r.rfc_slug = f.slug
    WHERE f.owns AND ${scope}
    ON CONFLICT (slug) DO UPDATE SET ${stored.map((name) => `${name} = excluded.${name}`).join(', ')}, updated_at = excluded.updated_at
    WHERE (${stored.map((name) => `cached_rfcs.${name}`).join(', ')}) IS NOT (${stored.map((name) => `excluded.${name}`).join(', ')})`
  const projectSlug = db.prepare<{ slug: string; now: string }>(project('f.slug = :slug'))
  const projectPath = db.prepare<{ path: string; now: string }>(project('f.path = :path'))
  const remove = db.prepare<{ now: string }>(/* sql */ `
    UPDATE cached_rfcs SET removed_at = :now, updated_at = :now
    WHERE removed_at IS NULL AND slug NOT IN (SELECT slug FROM entry_files WHERE owns)`)

  return {
    /** Brings one RFC's row up to date with its entry file and its repository. */
    project: (slug: string, now: string) => projectSlug.run({ slug, now }),
    /** The same for the RFC an entry file owns. */
    projectFile: (path: string, now: string) => projectPath.run({ path, now }),
    /** Marks the RFCs that no entry file owns any more. */
    removeUnowned: (now: string) => remove.run({ now }),
  }
}

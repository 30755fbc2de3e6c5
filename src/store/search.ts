import type { Database } from 'better-sqlite3'
import { oweBackfill } from './backfills.ts'
import { type Merging, type Walk, walkOf } from './walk.ts'

type Text = { slug: string; title: string; tags: string | null; body: string }

/** Brings the RFCs that are there, and that the full-text index does not hold yet, into it; its triggers keep it afterwards. */
export function searchWalk(db: Database): Walk {
  const texts = db.prepare<[number, number], Text>(/* sql */ `
    SELECT slug, title, tags_json AS tags, body FROM cached_rfcs
    WHERE rowid > ? AND rowid <= ? AND removed_at IS NULL AND slug NOT IN (SELECT slug FROM rfcs_indexed)`)
  // Row by row by their values: for each INSERT … SELECT the index would write what it gathers in memory for the whole transaction.
  const enter = db.prepare<[string]>('INSERT INTO rfcs_indexed (slug) VALUES (?)')
  const index = db.prepare<Text & { id: number | bigint }>(
    'INSERT INTO rfcs_search (rowid, slug, title, tags, body) VALUES (:id, :slug, :title, :tags, :body)',
  )
  const fill = (after: number, upTo: number) => {
    for (const text of texts.all(after, upTo)) index.run({ ...text, id: enter.run(text.slug).lastInsertRowid })
  }
  // One at once: a long text takes as long as a thousand short ones.
  return walkOf(db, 'cached_rfcs', { fill, atOnce: 1, merging: mergingOf(db) })
}

/**
 * By itself the index merges four pieces of a kind bit by bit, and sixteen at once, in the commit that makes them so many: for that its
 * pages are small. Merging by hand takes as many steps as it likes, and is quicker with larger ones.
 */
function mergingOf(db: Database): Merging {
  const settings = (automerge: number, crisismerge: number, pgsz: number) =>
    db.prepare(/* sql */ `INSERT INTO rfcs_search (rfcs_search, rank)
      VALUES ('automerge', ${automerge}), ('crisismerge', ${crisismerge}), ('pgsz', ${pgsz})`)
  const byHand = settings(0, 1000, 2000)
  const byItself = settings(4, 16, 500)
  const merge = db.prepare(`INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('merge', 16)`)
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck()
  return {
    byHand: () => byHand.run(),
    step: () => {
      const before = changes.get() ?? 0
      merge.run()
      return (changes.get() ?? 0) - before >= 2 // so FTS5 says that it did something
    },
    byItself: () => byItself.run(),
  }
}

/** Empties the full-text index and has the backfill fill it again: what it held cannot be trusted. */
export function emptySearch(db: Database): void {
  db.exec(/* sql */ `
    INSERT INTO rfcs_search (rfcs_search) VALUES ('delete-all');
    DELETE FROM rfcs_indexed`)
  oweBackfill(db, 'search-index')
}

import type { Database } from 'better-sqlite3'

export type CachedTable = 'cached_rfcs' | 'cached_branches' | 'cached_prs'
export type Moved = { table: CachedTable; key: string; op: 'new' | 'changed' | 'gone' }
export type ChangeRow = { seq: number; table: CachedTable; key: string; op: Moved['op']; at: number }
/** Changes after a sequence number; `forgotten`: some of them are pruned, or it is of another file's future (a backup was restored). */
export type ChangesPage = { changes: ChangeRow[]; latest: number; forgotten: boolean }
export type Counts = Record<CachedTable, { new: number; changed: number; gone: number }>

/** The change feed, which the triggers of schema.sql fill. */
export function changesTable(db: Database) {
  const latest = db
    .prepare<[], number>(
      "SELECT coalesce((SELECT max(seq) FROM changes), (SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)",
    )
    .pluck()
  // SQLite takes op from the row that has the minimum or maximum: the first word said of a key and the last.
  const moved = db.prepare<
    { since: number },
    { table_name: CachedTable; key: string; first: Moved['op']; last: Moved['op'] }
  >(/* sql */ `
    SELECT f.table_name, f.key, f.op AS first, l.op AS last
    FROM (SELECT table_name, key, op, min(seq) FROM changes WHERE seq > :since GROUP BY table_name, key) AS f
    JOIN (SELECT table_name, key, op, max(seq) FROM changes WHERE seq > :since GROUP BY table_name, key) AS l USING (table_name, key)
    ORDER BY f.table_name, f.key`)
  const prune = db.prepare<[number, number]>(
    'DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE at < ? ORDER BY seq LIMIT ?)',
  )
  const page = db.prepare<[number, number], ChangeRow>(
    'SELECT seq, table_name AS "table", key, op, at FROM changes WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const forgotten = db
    .prepare<[], number>(`SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'changes_forgotten'`)
    .pluck()
  const began = db
    .prepare<[], number>(`SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'changes_began'`)
    .pluck()
  const remember = db.prepare<[number, number]>(/* sql */ `
    INSERT INTO settings (name, value)
    SELECT 'changes_forgotten', max(seq) FROM (SELECT seq FROM changes WHERE at < ? ORDER BY seq LIMIT ?) HAVING max(seq) IS NOT NULL
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
  return {
    /** What moved after that sequence number, oldest first. */
    page: (since: number, limit: number): ChangesPage => ({
      changes: page.all(since, limit),
      latest: latest.get() ?? 0,
      forgotten:
        since > (latest.get() ?? 0) || since < (forgotten.get() ?? 0) || (since > 0 && since < (began.get() ?? 0)),
    }),
    /** Forgets up to `most` changes made before that time (ms since 1970); returns how many. */
    prune: (before: number, most: number) => {
      remember.run(Math.floor(before / 1000), most)
      return prune.run(Math.floor(before / 1000), most).changes
    },
    /** The newest sequence number. */
    latest: (): number => latest.get() ?? 0,
    /** What moved since then, a line a row: what came and went again is nothing. */
    since: (seq: number): Moved[] =>
      moved.all({ since: seq }).flatMap(({ table_name: table, key, first, last }) => {
        const op = wordFor(first, last)
        return op ? [{ table, key, op }] : []
      }),
  }
}

/** One word for a story told by its first and its last: a row that went and came back only changed. */
function wordFor(first: Moved['op'], last: Moved['op']): Moved['op'] | null {
  if (last === 'gone') return first === 'new' ? null : 'gone'
  if (first === 'gone') return 'changed'
  return first === 'new' ? 'new' : last
}

/** How many rows of each table are new, changed, gone. */
export function countMoved(moved: Moved[]): Counts {
  const counts: Counts = { cached_rfcs: zero(), cached_branches: zero(), cached_prs: zero() }
  for (const { table, op } of moved) counts[table][op]++
  return counts
}

function zero() {
  return { new: 0, changed: 0, gone: 0 }
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import Table from 'cli-table3'
import { realEffects } from '../src/effects.ts'
import { createLog } from '../src/log.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { runBackfill } from '../src/work/backfiller.ts'

/** What one way cost: how long the writer was held at a time, and how long another process's reads and writes took, in ms. */
type Cost = { seconds: number; held: number[]; reads: number[]; writes: number[] }

/**
 * The full-text index of a file that had so many RFCs before there was one, filled in chunks and in one statement, each on its own
 * copy of the file, while two other processes read and write it.
 */
export async function backfillBench(rows: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-bench-'))
  try {
    const [first, second] = [join(folder, 'chunks.sqlite'), join(folder, 'single.sqlite')]
    seed(first, rows)
    copyFileSync(first, second)
    const chunks = await costOf(first, rows, async (store) => {
      const inside = { store, effects: realEffects, log: createLog('silent') }
      await runBackfill(inside, 'search-index', store.walks['search-index'], () => {}, new AbortController().signal)
    })
    const single = await costOf(second, rows, async (store) =>
      store.transaction(() => store.walks['search-index'].fill(0, rows)),
    )
    return table(rows, chunks, single)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** So many RFCs that the index does not hold, and an application's table of actions. */
function seed(file: string, rows: number): void {
  openStore(file, { now: Date.now })[Symbol.dispose]()
  const db = new Sqlite(file)
  const triggers = db
    .prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'cached_rfcs'`)
    .pluck()
    .all()
  const names = db.prepare<[], string>(
    `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'cached_rfcs'`,
  )
  for (const name of names.pluck().all()) db.exec(`DROP TRIGGER ${name}`)
  const insert =
    db.prepare(`INSERT INTO cached_rfcs (slug, title, tags_json, body, body_sha, updated_at, entry_path, entry_body, entry_sha)
    VALUES (?, ?, '["storage", "security"]', ?, '', '', '', '', '')`)
  db.transaction(() => {
    for (let at = 0; at < rows; at++) insert.run(`rfc-${at}`, `About ${wordOf(at)}`, textOf(at))
  })()
  for (const sql of triggers) db.exec(sql)
  db.exec(`CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT NOT NULL, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT);
    UPDATE backfills SET status = 'pending' WHERE name = 'search-index'`)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

const textOf = (at: number) => Array.from({ length: 20 }, (_, nth) => wordOf(at * 31 + nth * nth)).join(' ')
const wordOf = (at: number) => `word${(at * 2_654_435_761) % 20_011}`

async function costOf(file: string, rows: number, run: (store: Store) => Promise<void>): Promise<Cost> {
  using opened = openStore(file, { now: Date.now })
  const held: number[] = []
  const store = timed(opened, held)
  const others = await Promise.all(['reads', 'writes'].map((role) => beside(file, role, rows)))
  const began = performance.now()
  await run(store)
  const seconds = (performance.now() - began) / 1000
  const [reads = [], writes = []] = await Promise.all(others.map((other) => other.end()))
  return { seconds, held, reads, writes }
}

/** Notes how long each transaction kept other writers out: from when it had the file to when it was written. */
function timed(store: Store, held: number[]): Store {
  const transaction = (write: () => void) => {
    let began = 0
    store.transaction(() => {
      began = performance.now()
      write()
    })
    held.push(performance.now() - began)
  }
  return { ...store, transaction }
}

async function beside(file: string, role: string, rows: number) {
  const program = fileURLToPath(new URL('beside.ts', import.meta.url))
  const other: ChildProcess = fork(program, [file, role, String(rows)], { serialization: 'advanced' })
  await once(other, 'message')
  return {
    /** Has it end, and gives what each of its reads or writes took. */
    end: async (): Promise<number[]> => {
      other.send('end')
      const [took] = await once(other, 'message')
      return took as number[]
    },
  }
}

function table(rows: number, chunks: Cost, single: Cost): string {
  const made = new Table({
    head: [`${rows.toLocaleString('en')} rows`, 'in chunks', 'in one statement', 'ratio'],
    style: { head: [], border: [], compact: true },
  })
  const line = (name: string, of: (cost: Cost) => number) => {
    const [ours, theirs] = [of(chunks), of(single)]
    made.push([name, ours.toFixed(2), theirs.toFixed(2), (theirs / ours).toFixed(2)])
  }
  line('the writer held at a time, longest, ms', ({ held }) => Math.max(...held))
  line('the writer held at a time, p99, ms', ({ held }) => at(held, 0.99))
  for (const what of ['reads', 'writes'] as const) {
    for (const share of [0.5, 0.99])
      line(`${what} of another process, p${share * 100}, ms`, (cost) => at(cost[what], share))
    line(`${what} of another process, longest, ms`, (cost) => Math.max(...cost[what]))
    line(`${what} of another process, how many`, (cost) => cost[what].length)
  }
  line('rows a second', ({ seconds }) => rows / seconds)
  line('seconds', ({ seconds }) => seconds)
  return made.toString()
}

function at(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
}

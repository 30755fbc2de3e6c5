import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import Table from 'cli-table3'
import { realEffects } from '../src/effects.ts'
import { createLog } from '../src/log.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { runBackfill } from '../src/work/backfiller.ts'

/** How long the writer was held, and how long of that not because others had the CPU: what is left are our work, the disk and the memory. */
type Hold = { ms: number; ownMs: number }
/** What one way cost: each hold of the writer, and how long another process's reads and writes took, in ms. */
type Cost = { seconds: number; held: Hold[]; reads: number[]; writes: number[] }

const wall = ({ held }: Cost) => held.map(({ ms }) => ms)
const own = ({ held }: Cost) => held.map(({ ownMs }) => ownMs)
const tooLongMs = 25

/**
 * The full-text index of a file that had so many RFCs before there was one, filled in chunks and in one statement, each on its own
 * copy of the file, while two other processes read and write it. Beside them, what the machine does to anyone: as many empty
 * loops, each as long as the median chunk.
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
    const single = await costOf(second, rows, async (store) => {
      using _ = store.logByHand()
      store.transaction(() => store.walks['search-index'].fill(0, rows))
    })
    const idle = await costOf(first, rows, async (_, held) => spin(held, chunks.held.length, at(wall(chunks), 0.5)))
    return table(rows, chunks, single, idle)
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

async function costOf(file: string, rows: number, run: (store: Store, held: Hold[]) => Promise<void>): Promise<Cost> {
  using opened = openStore(file, { now: Date.now })
  const held: Hold[] = []
  const store = timed(opened, held)
  const others = await Promise.all(['reads', 'writes'].map((role) => beside(file, role, rows)))
  const began = performance.now()
  await run(store, held)
  const seconds = (performance.now() - began) / 1000
  const [reads = [], writes = []] = await Promise.all(others.map((other) => other.end()))
  return { seconds, held, reads, writes }
}

/**
 * Notes how long each transaction kept other writers out: from when it had the file to when it was written. Whoever runs them copies
 * the log into the file apart from that, which keeps nobody waiting.
 */
function timed(store: Store, held: Hold[]): Store {
  const transaction = (write: () => void) => {
    let hold = holding()
    store.transaction(() => {
      hold = holding()
      write()
    })
    held.push(hold())
  }
  return { ...store, transaction }
}

/** Gives how long it is since then. */
function holding(): () => Hold {
  const [began, waited] = [performance.now(), waitedForCpu()]
  return () => {
    const ms = performance.now() - began
    return { ms, ownMs: ms - (waitedForCpu() - waited) }
  }
}

/** How long the main thread was ready and had no CPU, ms, where the system tells (Linux). */
function waitedForCpu(): number {
  const path = '/proc/self/schedstat'
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6 : 0
}

async function spin(held: Hold[], times: number, ms: number): Promise<void> {
  for (let nth = 0; nth < times; nth++) {
    const [hold, began] = [holding(), performance.now()]
    while (performance.now() - began < ms);
    held.push(hold())
    await wait(10)
  }
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

function table(rows: number, chunks: Cost, single: Cost, idle: Cost): string {
  const made = new Table({
    head: [`${rows.toLocaleString('en')} rows`, 'in chunks', 'in one statement', 'ratio', 'empty loops'],
    style: { head: [], border: [], compact: true },
  })
  const line = (name: string, of: (cost: Cost) => number) => {
    const [ours, theirs, empty] = [of(chunks), of(single), of(idle)]
    made.push([
      name,
      ...[ours, theirs, theirs / ours, empty].map((one) => (Number.isFinite(one) ? one.toFixed(2) : '')),
    ])
  }
  const lines = (name: string, of: (cost: Cost) => number[]) => {
    line(`${name}, p50, ms`, (cost) => at(of(cost), 0.5))
    line(`${name}, p99, ms`, (cost) => at(of(cost), 0.99))
    line(`${name}, longest, ms`, (cost) => at(of(cost), 1))
  }
  for (const [name, of] of [
    ['holds of the writer', wall],
    ['the same, less waiting for a CPU', own],
  ] as const) {
    lines(name, of)
    line(`${name}, over ${tooLongMs} ms`, (cost) => of(cost).filter((ms) => ms > tooLongMs).length)
  }
  line('holds of the writer, how many', ({ held }) => held.length)
  for (const what of ['reads', 'writes'] as const) {
    lines(`${what} of another process`, (cost) => cost[what])
    line(`${what} of another process, how many`, (cost) => cost[what].length)
  }
  line('seconds', ({ seconds }) => seconds)
  line('rows a second', (cost) => (cost === idle ? Number.NaN : rows / cost.seconds))
  return made.toString()
}

function at(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
}

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { OpenOptions } from '../../src/store/open.ts'
import type { PullRow } from '../../src/store/pulls.ts'
import type { ListedRepo } from '../../src/store/repos.ts'
import { openStore, type Store } from '../../src/store/store.ts'

/** When every file of these tests is made. */
export const madeAt = Date.parse('2026-11-22T10:00:00Z')

export const meta = 'rfcs/meta'
export const own = 'rfcs/a'

/** In memory where the machine offers it: these tests are about rows, not about the disk. */
const shelf = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A path in a folder of its own, which goes with the test. */
export function madePath(name = 'rfcs.sqlite'): string {
  const folder = mkdtempSync(join(shelf, 'rfcached-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

/** The store of a file, closed with the test. */
export function opened(file = madePath(), options: Partial<OpenOptions> = {}): Store {
  const store = openStore(file, { now: () => madeAt, ...options })
  onTestFinished(() => {
    store[Symbol.dispose]()
  })
  return store
}

/** The application's own connection to the file, as another process would have it. */
export function application(file: string, script = ''): Database {
  const db = new Sqlite(file)
  onTestFinished(() => {
    db.close()
  })
  db.pragma('foreign_keys = ON')
  db.exec(script)
  return db
}

/** A file that knows the meta repository (1) and the RFC a's own one (2). */
export function mirrored() {
  const file = madePath()
  const store = opened(file)
  store.transaction(() => {
    store.repos.upsert(repoRow(1, { full_name: meta, is_meta: 1 }))
    store.repos.upsert(repoRow(2, { full_name: own }))
    store.repos.follow(2, 'a')
  })
  const app = application(file)
  return {
    file,
    store,
    app,
    /** Writes pulls as a refresh does, those of one repository. */
    write: (...pulls: Partial<PullRow & { supersedes: number[] }>[]) =>
      store.transaction(() => {
        const rows = pulls.map(({ supersedes = [], ...row }) => ({ row: pullRow(row), supersedes }))
        store.pulls.write(rows[0]?.row.repo ?? meta, rows)
      }),
    /** What a pull means. */
    meaning: (number = 7, repo = meta): Meaning | undefined =>
      app
        .prepare<[string, number], Meaning>(
          `SELECT state, opened_by, opened_by_source, superseded_by_pr_number, closed_at
           FROM cached_prs WHERE repo = ? AND pr_number = ?`,
        )
        .get(repo, number),
  }
}

export type Meaning = {
  state: string
  opened_by: string
  opened_by_source: string
  superseded_by_pr_number: number | null
  closed_at: string | null
}

export function repoRow(id: number, other: Partial<ListedRepo> = {}): ListedRepo {
  return {
    id,
    full_name: `rfcs/r${id}`,
    is_meta: 0,
    default_branch: 'main',
    private: 0,
    empty: 0,
    has_pulls: 1,
    open_pulls: 0,
    updated_at: null,
    ...other,
  }
}

/** The open idea 7 of the RFC a, opened by the bot for nobody it names. */
export function pullRow(other: Partial<PullRow> = {}): PullRow {
  return {
    rfc_slug: 'a',
    pr_kind: 'idea',
    repo: meta,
    pr_number: 7,
    title: 'Title',
    description: 'Text',
    opened_at: '2026-11-20T10:00:00Z',
    merged_at: null,
    head_branch: 'propose/a',
    base_branch: 'main',
    head_sha: null,
    merge_commit_sha: null,
    upstream_state: 'open',
    upstream_closed_at: null,
    upstream_updated_at: null,
    opener_login: 'rfc-bot',
    opener_is_bot: 1,
    trailer_actor: null,
    from_fork: 0,
    ...other,
  }
}

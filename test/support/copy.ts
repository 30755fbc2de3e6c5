import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { configShape } from '../../src/config.ts'
import { openConfiguredStore, openMirror } from '../../src/daemon.ts'
import type { Effects } from '../../src/effects.ts'
import type { Door } from '../../src/gitea/door.ts'
import type { Mirror } from '../../src/refresh/mirror.ts'
import type { Store } from '../../src/store/store.ts'
import { giveUpLead, holderName, takeLead } from '../../src/work/lead.ts'
import { type Reconciled, reconcile } from '../../src/work/reconcile.ts'
import { createWorker } from '../../src/work/worker.ts'

export type Row = Record<string, string | number | null>
export type Copy = ReturnType<typeof openCopy>

export type CopyOptions = { url: string; org: string; token: string; bot: string; door: Door; effects: Effects }

/** A SQLite copy of an organisation in a folder of its own, reconciled by the daemon's own parts; it writes down what it asks. */
export function openCopy({ url, org, token, bot, door, effects }: CopyOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-story-'))
  const file = join(folder, 'copy.sqlite')
  const config = configShape.parse({
    gitea: { url, org, metaRepo: 'meta', botUser: bot },
    database: file,
    log: { level: 'silent' },
  })
  const asked: string[] = []
  const writing: Door = (request) => {
    asked.push(decodeURIComponent(request.path))
    return door(request)
  }
  const all = (sql: string, ...values: (string | number | null)[]): Row[] => {
    const db = new Sqlite(file, { readonly: true })
    try {
      return db.prepare<(string | number | null)[], Row>(sql).all(...values)
    } finally {
      db.close()
    }
  }
  const one = (sql: string, ...values: (string | number)[]): Row => all(sql, ...values)[0] ?? {}

  /** Has the lease while it works, unless the process dies. */
  async function led<T>(diesAfter: number, work: (mirror: Mirror) => Promise<T>): Promise<T> {
    using store = openConfiguredStore(config, { effects })
    dieAfter(store, diesAfter)
    await using mirror = openMirror(config, { value: token, source: 'test' }, store, { effects, door: writing })
    const name = holderName(mirror)
    if (!takeLead(mirror, name)) throw new Error('Another process holds the lease.')
    try {
      return await work(mirror)
    } finally {
      if (diesAfter === Number.POSITIVE_INFINITY) giveUpLead(mirror, name)
    }
  }

  return {
    file,
    config,
    /**
     * A sweep, as `reconcile --once` does it; `rebuild` trusts nothing that is held. After so many transactions (`diesAfter`) no
     * other is written, as when the process was killed there.
     */
    reconcile: ({ rebuild = false, diesAfter = Number.POSITIVE_INFINITY } = {}): Promise<Reconciled> =>
      led(diesAfter, (mirror) => {
        if (rebuild) mirror.store.forget()
        return reconcile(mirror)
      }),
    /** Refreshes what is asked for and due, as the daemon does. */
    drain: () => led(Number.POSITIVE_INFINITY, (mirror) => createWorker(mirror).drain({ withDates: true })),
    /** The paths asked since the last time this was called. */
    asked: () => asked.splice(0),
    all,
    rfc: (slug: string) => one('SELECT * FROM cached_rfcs WHERE slug = ?', slug),
    branch: (repo: string, name: string) =>
      one('SELECT * FROM cached_branches WHERE repo = ? AND branch_name = ?', repo, name),
    pull: (repo: string, number: number) =>
      one('SELECT * FROM cached_prs WHERE repo = ? AND pr_number = ?', repo, number),
    /** Writes as the application does, beside us. */
    write: (sql: string) => {
      const db = new Sqlite(file)
      try {
        db.exec(sql)
      } finally {
        db.close()
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function dieAfter(store: Store, transactions: number): void {
  const { transaction } = store
  let left = transactions
  store.transaction = (write) => {
    left -= 1
    if (left < 0) throw new Error('The process died here.')
    transaction(write)
  }
}

import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { createMetrics } from '../../src/http/metrics.ts'
import { createServer } from '../../src/http/server.ts'
import { createLog } from '../../src/log.ts'
import { collectStatus } from '../../src/status/collect.ts'
import { openStore } from '../../src/store/store.ts'
import { jobsOf } from '../../src/work/jobs.ts'
import { receive } from '../../src/work/receive.ts'

export const secret = 'geheim'
export const start = Date.parse('2026-11-22T10:00:00Z')

/** The two followed repositories and the meta repository of the desk's owner, by their ids. */
export const metaId = 1
export const alphaId = 7

/**
 * The daemon's receiving side over a real file that knows `rfcs/meta` and `rfcs/alpha`: the HTTP server, the inbox, the queue;
 * time passes by hand.
 */
export function openDesk({
  secrets = [secret],
  level = 'silent',
  token = null as string | null,
  proxied = false,
  ownOrigin = null as string | null,
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-desk-'))
  const file = join(folder, 'copy.sqlite')
  let time = start
  const effects = { now: () => time, random: () => 0.5, sleep: async () => {} }
  const store = openStore(file, { now: effects.now })
  store.transaction(() => {
    for (const [id, name] of [
      [metaId, 'meta'],
      [alphaId, 'alpha'],
    ] as const)
      store.repos.upsert(listed(id, name))
  })
  const refusals: string[] = []
  const logged: string[] = []
  let rings = 0
  const app = createServer({
    access: { token, proxied, ownOrigin, now: effects.now },
    webhook: {
      secrets,
      receive: (delivery) => receive({ store, effects, owner: 'rfcs' }, delivery),
      refused: (reason) => refusals.push(reason),
    },
    changes: store.changes.page,
    status: () => collectStatus({ picture: store.picture, effects, giteaUrl: 'http://gitea.test', live: null }),
    metrics: createMetrics(),
    jobs: jobsOf({ store, effects }, () => void rings++),
    log: createLog(level, { write: (line: string) => void logged.push(line) }),
  })
  const db = new Sqlite(file)
  db.exec(`UPDATE repos SET rfc_slug = 'alpha' WHERE id = ${alphaId}`)
  return {
    app,
    db,
    file,
    store,
    refusals,
    logged,
    /** How often the one who runs jobs was woken. */
    rings: () => rings,
    now: effects.now,
    pass: (ms: number) => {
      time += ms
    },
    /** What stands in the inbox, oldest first. */
    inbox: () =>
      db.prepare('SELECT id, event, action, repo, targets FROM deliveries ORDER BY received_at, rowid').all(),
    /** What is asked for. */
    queue: () => db.prepare('SELECT target, due_at, again_at, priority FROM targets ORDER BY target').all(),
    async [Symbol.asyncDispose]() {
      await app.close()
      db.close()
      store[Symbol.dispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function listed(id: number, name: string) {
  return {
    id,
    full_name: `rfcs/${name}`,
    is_meta: id === metaId ? (1 as const) : (0 as const),
    default_branch: 'main',
    private: 0 as const,
    empty: 0 as const,
    has_pulls: 1 as const,
    open_pulls: 0,
    updated_at: null,
  }
}

/** The payload of a push to a branch of rfcs/alpha, with whatever else is said. */
export function push(branch = 'topic', other: object = {}): object {
  return {
    ref: `refs/heads/${branch}`,
    repository: { id: alphaId, full_name: 'rfcs/alpha', default_branch: 'main' },
    ...other,
  }
}

/** A request as Gitea sends it: its bytes and its headers, signed with `by`. */
export function posted(
  payload: unknown,
  { event = 'push', id = 'id-1', by = secret, headers = {} as Record<string, string> } = {},
) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload, null, 1)
  return {
    method: 'POST' as const,
    url: '/webhooks/gitea',
    headers: {
      'content-type': 'application/json',
      'x-gitea-delivery': id,
      'x-gitea-event': event,
      'x-gitea-signature': createHmac('sha256', by).update(body).digest('hex'),
      ...headers,
    },
    payload: body,
  }
}

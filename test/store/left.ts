import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, onTestFinished } from 'vitest'
import { openWhole } from '../../src/store/mend.ts'
import { createActions } from './application.ts'
import { application, madeAt, madePath, opened, own } from './made.ts'

/** A file that rfcached and the application have left: `actions` of so many rows, and three branches, one of them closed. */
export function left({ actions = 3000, script = '' } = {}): string {
  const file = madePath()
  const store = opened(file)
  store.transaction(() => {
    for (const branch_name of ['one', 'two', 'three'])
      store.branches.upsert({ rfc_slug: 'a', repo: own, branch_name, head_sha: 'h', last_commit_at: null })
  })
  const app = new Sqlite(file)
  createActions(app)
  const insert = app.prepare(`INSERT INTO actions (action_kind, rfc_slug, on_behalf_of) VALUES (?, 'a', ?)`)
  app.transaction(() => {
    for (let id = 1; id <= actions; id++) insert.run('propose_rfc', `person ${id}`.padEnd(40, '.'))
  })()
  app.exec(`UPDATE cached_branches SET state = 'closed' WHERE branch_name = 'two'; ${script}`)
  app.close()
  store[Symbol.dispose]()
  expect(existsSync(`${file}-wal`)).toBe(false)
  return file
}

/** Opens it as every start does, and looks whether it is whole. */
export function mended(file: string, now = madeAt) {
  const told: string[] = []
  const store = openWhole(file, { now: () => now, tell: (sentence) => told.push(sentence) })
  onTestFinished(() => void store[Symbol.dispose]())
  const db = application(file)
  const one = (sql: string) => db.prepare(sql).pluck().get()
  expect(one('PRAGMA integrity_check')).toBe('ok')
  return { store, db, one, told: told.join('\n'), beside: beside(file) }
}

/** What lies beside it, but for its own log. */
export function beside(file: string): string[] {
  return readdirSync(dirname(file)).filter((name) => !/^rfcs\.sqlite$|-(wal|shm)$/.test(name))
}

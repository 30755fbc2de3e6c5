import { describe, expect, test } from 'vitest'
import { application, madeAt, madePath, mirrored, opened } from './made.ts'

type Column = { name: string; type: string; notnull: 0 | 1; pk: number }

/** One good row of each table readers know. */
const rows: Record<string, Record<string, unknown>> = {
  cached_rfcs: {
    slug: 'a',
    title: 'A',
    state: 'active',
    body: 'b',
    body_sha: 's',
    updated_at: 't',
    entry_path: 'rfcs/a.md',
    entry_body: 'e',
    entry_sha: 's',
  },
  cached_branches: { rfc_slug: 'a', repo: 'rfcs/a', branch_name: 'x y', head_sha: 's', state: 'open' },
  cached_prs: {
    rfc_slug: 'a',
    pr_kind: 'idea',
    repo: 'rfcs/meta',
    pr_number: 7,
    title: 'T',
    description: 'D',
    state: 'open',
    opened_by: 'alice',
    head_branch: 'h',
    base_branch: 'main',
    upstream_state: 'open',
    opener_login: 'alice',
    opener_is_bot: 0,
    opened_by_source: 'login',
    from_fork: 0,
  },
}
const keys: Record<string, string> = { cached_rfcs: 'a', cached_branches: 'a rfcs/a x y', cached_prs: 'rfcs/meta#7' }
/** Another word where not every text will do. */
const others: Record<string, unknown> = {
  'cached_branches.state': 'closed',
  'cached_prs.state': 'closed',
  'cached_prs.upstream_state': 'closed',
  'cached_prs.pr_kind': 'meta_claim',
  'cached_prs.opened_by_source': 'bot',
}
/** What moves only with another column that is told of, or says when we looked. */
const untold = new Set(['cached_rfcs.body', 'cached_rfcs.body_sha', 'cached_rfcs.updated_at'])

function filled() {
  const { app } = mirrored()
  for (const [table, row] of Object.entries(rows)) {
    const names = Object.keys(row)
    app.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map((name) => `:${name}`)})`).run(row)
  }
  let seen = 0
  const told = () => {
    const news = app
      .prepare<[number], { seq: number; line: string }>(
        `SELECT seq, op || ' ' || table_name || ' ' || key AS line FROM changes WHERE seq > ? ORDER BY seq`,
      )
      .all(seen)
    seen = news.at(-1)?.seq ?? seen
    return news.map(({ line }) => line)
  }
  return { app, told }
}

describe('the change feed', () => {
  test('tells of every new row', () => {
    expect(filled().told()).toEqual(Object.entries(keys).map(([table, key]) => `new ${table} ${key}`))
  })

  test('tells of every column that readers see, and of nothing that stays the same', () => {
    const { app, told } = filled()
    told()
    for (const [table, key] of Object.entries(keys)) {
      app.exec(`UPDATE ${table} SET rowid = rowid`)
      for (const { name, type, pk } of app.pragma(`table_info(${table})`) as Column[]) {
        if (pk) continue
        app.exec(`UPDATE ${table} SET ${name} = ${name}`)
        expect(told(), `${table}.${name}`).toEqual([])
        const other = others[`${table}.${name}`] ?? (type === 'TEXT' ? 'other' : 1)
        app.prepare(`UPDATE ${table} SET ${name} = ?`).run(other)
        const op = name === 'removed_at' ? 'gone' : 'changed'
        expect(told(), `${table}.${name}`).toEqual(untold.has(`${table}.${name}`) ? [] : [`${op} ${table} ${key}`])
      }
    }
  })

  test.each([
    ['cached_rfcs', `removed_at = '2026-01-01T00:00:00Z'`, 'removed_at = NULL'],
    ['cached_branches', `state = 'deleted'`, `state = 'open'`],
    ['cached_prs', `state = 'deleted'`, `state = 'open'`],
  ])('tells when a row of %s goes and comes back', (table, go, comeBack) => {
    const { app, told } = filled()
    told()
    app.exec(`UPDATE ${table} SET ${go}`)
    app.exec(`UPDATE ${table} SET ${comeBack}`)
    app.exec(`DELETE FROM ${table}`)
    expect(told()).toEqual(['gone', 'new', 'gone'].map((op) => `${op} ${table} ${keys[table]}`))
  })

  test('tells of a key that moves as gone and new', () => {
    const { app, told } = filled()
    told()
    app.exec(`UPDATE cached_branches SET repo = 'rfcs/b'; UPDATE cached_prs SET repo = 'rfcs/b'`)
    expect(told()).toEqual([
      'gone cached_branches a rfcs/a x y',
      'new cached_branches a rfcs/b x y',
      'gone cached_prs rfcs/meta#7',
      'new cached_prs rfcs/b#7',
    ])
  })

  test('numbers on from the time the file was made, so that a new file never begins anew', () => {
    const { app } = filled()
    expect(app.prepare('SELECT min(seq) FROM changes').pluck().get()).toBe(madeAt + 1)
    const later = madePath()
    opened(later, { now: () => madeAt + 86_400_000 })
    const next = application(later, `INSERT INTO changes (table_name, key, op) VALUES ('cached_rfcs', 'a', 'new')`)
    expect(next.prepare('SELECT seq FROM changes').pluck().get()).toBe(madeAt + 86_400_001)
  })

  test('numbers on after everything in it was forgotten', () => {
    const { app } = filled()
    app.exec(`DELETE FROM changes; DELETE FROM cached_rfcs`)
    expect(app.prepare('SELECT seq FROM changes').pluck().get()).toBe(madeAt + 4)
  })
})

describe('the schema', () => {
  test('has only strict tables', () => {
    const { app } = mirrored()
    const tables = app.pragma('table_list') as { schema: string; name: string; type: string; strict: 0 | 1 }[]
    const ours = tables.filter(({ name, type }) => type === 'table' && !name.startsWith('sqlite_'))
    expect(ours.length).toBeGreaterThan(8)
    expect(ours.filter(({ strict }) => !strict)).toEqual([])
  })

  test.each([
    `UPDATE cached_branches SET state = 'merged'`,
    `UPDATE cached_branches SET head_sha = NULL`,
    `UPDATE cached_prs SET state = 'superseded'`,
    `UPDATE cached_prs SET upstream_state = 'withdrawn'`,
    `UPDATE cached_prs SET pr_kind = 'unknown'`,
    `UPDATE cached_prs SET opened_by_source = 'guess'`,
    `UPDATE cached_prs SET opener_is_bot = 2`,
    `UPDATE cached_prs SET pr_number = 'seven'`,
    `UPDATE cached_rfcs SET title = NULL`,
    `UPDATE cached_rfcs SET body = x'00'`,
    `UPDATE repos SET full_name = 'RFCS/META' WHERE id = 2`,
    `INSERT INTO jobs (kind, status, triggered_by, created_at) VALUES ('reconcile', 'done', 'x', 'y')`,
    `INSERT INTO changes (table_name, key, op) VALUES ('cached_rfcs', 'a', 'moved')`,
  ])('refuses %s', (statement) => {
    const { app } = filled()
    expect(() => app.exec(statement)).toThrow(/constraint failed|cannot store/)
  })

  test('takes any word of an author for a state or a date', () => {
    const { app } = filled()
    app.exec(`UPDATE cached_rfcs SET state = 'on hold', proposed_at = 'last spring', repo = '../../etc'`)
  })

  test('asks no order of the three tables: none has a foreign key', () => {
    const { app } = mirrored()
    expect(Object.keys(rows).flatMap((table) => app.pragma(`foreign_key_list(${table})`))).toEqual([])
  })
})

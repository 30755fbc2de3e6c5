// Another process beside a backfill, as an application is one: reads or writes all the while, and tells how long each took (ms).
import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'

const [file = '', role, rows = '1'] = process.argv.slice(2)
const db = new Sqlite(file, { timeout: 600_000 })
const rfc = db.prepare<[string]>('SELECT * FROM cached_rfcs WHERE slug = ?')
const act = db.prepare<[string, number]>(
  `INSERT INTO actions (action_kind, rfc_slug, pr_number, on_behalf_of) VALUES ('open_body_edit_pr', ?, ?, 'bob')`,
)
const once = () => {
  const slug = `rfc-${Math.floor(Math.random() * Number(rows))}`
  if (role === 'reads') rfc.get(slug)
  else act.run(slug, 1)
}

const took: number[] = []
let isOver = false
process.on('message', () => {
  isOver = true
})
once()
process.send?.('ready')
while (!isOver) {
  const began = performance.now()
  once()
  took.push(performance.now() - began)
  await wait(role === 'reads' ? 1 : 10)
}
process.send?.(took, () => process.exit())

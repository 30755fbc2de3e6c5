import Sqlite from 'better-sqlite3'
import { fakeDoor } from '../../src/demo/door.ts'
import { openCopy, type Row } from '../support/copy.ts'
import { liveRows } from '../support/live-rows.ts'
import { name, owned } from './changes.ts'
import { Found, type Scene } from './scene.ts'
import type { Watcher } from './watch.ts'

/**
 * Holds every column of the live rows to those of a copy that is made from nothing now, beside the same `actions`, and the full-text
 * index to the rows. @throws Found
 */
export async function compareAnew(scene: Scene, watcher: Watcher): Promise<void> {
  const { up, clock, doubtful, general } = scene
  const { db } = watcher
  searched(db.name)
  const effects = { now: clock.now, random: general.random, sleep: async () => {} }
  const door = fakeDoor(up.fake)
  using fresh = openCopy({ url: 'http://gitea.test', org: 'rfcs', token: up.token, bot: 'rfc-bot', door, effects })
  fresh.write(`ATTACH '${db.name}' AS old; CREATE TABLE actions AS SELECT * FROM old.actions; DETACH old`)
  await fresh.reconcile()
  const all: typeof fresh.all = (sql, ...values) => db.prepare<typeof values, Row>(sql).all(...values)
  const [have, want] = liveRows({ all }, fresh)
  const unsure = pullsUnsure(scene, watcher)
  const off = new Set(owned(up).flatMap((repo) => (repo.hasPulls ? [] : name(repo))))
  for (const key of new Set([...have.keys(), ...want.keys()])) {
    const row = have.get(key) ?? want.get(key) ?? {}
    const isOff =
      key.startsWith('pull') && (off.has(String(row.repo)) || unsure.has(`${row.rfc_slug}#${row.pr_number}`))
    if (doubtful.has(String(row.rfc_slug ?? row.slug)) || isOff) continue
    const [is, must] = [shown(have.get(key)), shown(want.get(key))]
    if (is !== must) throw new Found(`unequal: ${key} is ${is}, and a copy made from nothing has ${must}`)
  }
}

/** Those of which an action speaks by the repository of a doubtful RFC: where a copy does not follow it, the name counts as none. */
export function pullsUnsure({ timeline, truth, doubtful }: Scene, { db }: Watcher): Set<string> {
  const followed = db.prepare<[], [number, string]>('SELECT id, rfc_slug FROM repos WHERE rfc_slug IS NOT NULL').raw()
  const names = [...followed.all(), ...truth().follows].flatMap(([id, slug]) =>
    doubtful.has(slug) ? String(timeline.now(`name ${id}`)) : [],
  )
  const named = db.prepare<[string], string>(/* sql */ `
    SELECT rfc_slug || '#' || pr_number FROM actions WHERE lower(repo) IN (SELECT lower(value) FROM json_each(?))`)
  return new Set(named.pluck().all(JSON.stringify(names)))
}

/** SQLite's own comparison of the index with what it is an index of. */
function searched(file: string): void {
  const db = new Sqlite(file)
  try {
    db.exec(`INSERT INTO rfcs_search (rfcs_search, rank) VALUES ('integrity-check', 1)`)
  } catch (error) {
    throw new Found(`unequal: the full-text index is not that of the rows (${error})`)
  } finally {
    db.close()
  }
}

/** A branch that the application closed is known to this file alone. */
function shown(row: Row | undefined): string {
  return JSON.stringify(row?.state === 'closed' && 'branch_name' in row ? { ...row, state: 'open' } : row)
}

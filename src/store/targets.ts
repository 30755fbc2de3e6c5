import type { Database } from 'better-sqlite3'

/** A target under way: `whole` asks for everything, `failures` in a row before this. */
export type Claim = { target: string; whole: boolean; failures: number }
type Due = { now: number; withoutDates: 0 | 1 }
export type Failing = { target: string; failures: number; last_error: string }

/**
 * The queue as flags, one row a target. `ask` lowers due_at; `claim` clears it before the first request, so that a change during
 * a refresh asks again: bursts coalesce and nothing asked is lost. Times are milliseconds since 1970.
 */
export function targetsTable(db: Database) {
  const ask = db.prepare<{ target: string; at: number; whole: 0 | 1 }>(/* sql */ `
    INSERT INTO targets (target, due_at, whole) VALUES (:target, :at, :whole)
    ON CONFLICT (target) DO UPDATE SET due_at = min(coalesce(due_at, :at), :at), whole = max(whole, :whole)`)
  const due = `due_at <= :now AND not_before <= :now AND started_at IS NULL AND NOT (:withoutDates AND target = 'entry-dates')`
  const next = db.prepare<Due, { target: string; whole: 0 | 1; failures: number }>(
    `SELECT target, whole, failures FROM targets WHERE ${due} ORDER BY target = 'entry-dates', due_at, rowid LIMIT 1`,
  )
  const one = db.prepare<[string], { target: string; whole: 0 | 1; failures: number }>(
    'SELECT target, whole, failures FROM targets WHERE target = ? AND started_at IS NULL',
  )
  const isDue = db.prepare<Due, 1>(`SELECT 1 FROM targets WHERE ${due}`).pluck()
  const start = db.prepare<{ target: string; now: number }>(
    'UPDATE targets SET due_at = again_at, again_at = NULL, whole = 0, started_at = :now WHERE target = :target',
  )
  const settle = db.prepare<{ target: string; now: number }>(
    'UPDATE targets SET started_at = NULL, refreshed_at = :now, not_before = 0, failures = 0, last_error = NULL WHERE target = :target',
  )
  const fail = db.prepare<{ target: string; now: number; notBefore: number; error: string; whole: 0 | 1 }>(/* sql */ `
    UPDATE targets SET started_at = NULL, due_at = coalesce(due_at, :now), not_before = :notBefore, failures = failures + 1,
      last_error = :error, whole = max(whole, :whole) WHERE target = :target`)
  const drop = db.prepare<[string]>('DELETE FROM targets WHERE target = ?')
  const free = db.prepare(
    'UPDATE targets SET started_at = NULL, due_at = coalesce(due_at, 0) WHERE started_at IS NOT NULL',
  )
  const relent = db.prepare('UPDATE targets SET not_before = 0')
  const failing = db.prepare<[], Failing>(
    'SELECT target, failures, last_error FROM targets WHERE failures > 0 ORDER BY target',
  )
  const nextTry = db.prepare<[], number>('SELECT max(not_before) FROM targets WHERE failures > 0').pluck()
  const waiting = db.prepare<[], number>('SELECT count(*) FROM targets WHERE due_at IS NOT NULL').pluck()

  const started = (
    found: { target: string; whole: 0 | 1; failures: number } | undefined,
    now: number,
  ): Claim | null => {
    if (!found) return null
    start.run({ target: found.target, now })
    return { ...found, whole: found.whole === 1 }
  }

  return {
    ask: (target: string, at: number, whole = false) => ask.run({ target, at, whole: whole ? 1 : 0 }),
    /** The target due longest, now under way; null when none is. Dates come after all else. */
    claim: (now: number, withoutDates = false): Claim | null =>
      started(next.get({ now, withoutDates: withoutDates ? 1 : 0 }), now),
    /** That target, now under way; null when it is already. */
    claimOne: (target: string, now: number): Claim | null => started(one.get(target), now),
    isDue: (now: number, withoutDates: boolean): boolean =>
      isDue.get({ now, withoutDates: withoutDates ? 1 : 0 }) !== undefined,
    /** Refreshed: its failures are forgotten. */
    settle: (target: string, now: number) => settle.run({ target, now }),
    /** Failed: asked again, not before that time, for as much as it was asked. */
    fail: ({ target, whole }: Claim, now: number, notBefore: number, error: string) =>
      fail.run({ target, now, notBefore, error, whole: whole ? 1 : 0 }),
    /** A target of something that is no more. */
    drop: (target: string) => drop.run(target),
    /** What was under way when a process died is asked for again. */
    freeStarted: () => free.run(),
    /** A person asks: the back-off of earlier failures does not hold that up. */
    relent: () => relent.run(),
    failing: () => failing.all(),
    /** When the last of the failing ones may be tried again; null when none fails. */
    nextTry: (): number | null => nextTry.get() ?? null,
    waiting: () => waiting.get() ?? 0,
  }
}

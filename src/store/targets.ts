import type { Database } from 'better-sqlite3'
import { laneOf, targetOf } from '../rules/target.ts'

/** A target under way: `whole` asks for everything; `priority` 1: a webhook or a person asked; `failures` in a row before this. */
export type Claim = { target: string; whole: boolean; priority: number; failures: number }
type Failing = { target: string; failures: number; last_error: string }
export type Ask = { target: string; at: number; whole?: boolean; priority?: 0 | 1; againAt?: number | null }

type Found = { target: string; whole: 0 | 1; priority: number; failures: number }
type Due = { now: number; dates: 0 | 1 }

/** A target is started at most once in this time; the first start is at once, and bursts after it coalesce. */
const startEveryMs = 2000
/** A time further ahead than any second look or back-off was written before the clock was set back: it has come. */
const farthestMs = { ask: 60_000, backOff: 900_000 }

/**
 * The queue as flags, one row a target. `ask` lowers due_at; `claim` clears it (the second look moves up) before the first
 * request, so that a change during a refresh asks again: bursts coalesce and nothing asked is lost. Times are milliseconds.
 */
export function targetsTable(db: Database) {
  const claims = claimStatements(db)
  const ask = db.prepare<{
    target: string
    lane: string
    at: number
    whole: 0 | 1
    priority: number
    againAt: number | null
  }>(/* sql */ `
    INSERT INTO targets (target, lane, due_at, whole, priority, again_at) VALUES (:target, :lane, :at, :whole, :priority, :againAt)
    ON CONFLICT (target) DO UPDATE SET due_at = min(coalesce(due_at, :at), :at), whole = max(whole, :whole),
      priority = max(priority, :priority), again_at = nullif(max(coalesce(again_at, 0), coalesce(:againAt, 0), CASE WHEN due_at > :at THEN due_at ELSE 0 END), 0)`)
  const settle = db.prepare<{ target: string; now: number; readFrom: number }>(/* sql */ `
    UPDATE targets SET started_at = NULL, refreshed_at = :now, read_from = :readFrom, not_before = 0, failures = 0, last_error = NULL
    WHERE target = :target`)
  const fail = db.prepare<{
    target: string
    now: number
    notBefore: number
    error: string
    whole: 0 | 1
    priority: number
  }>(/* sql */ `
    UPDATE targets SET started_at = NULL, due_at = coalesce(due_at, :now), not_before = :notBefore, failures = failures + 1,
      last_error = :error, whole = max(whole, :whole), priority = max(priority, :priority) WHERE target = :target`)
  const putBack = db.prepare<{ target: string; now: number; whole: 0 | 1; priority: number }>(/* sql */ `
    UPDATE targets SET started_at = NULL, due_at = coalesce(due_at, :now), whole = max(whole, :whole), priority = max(priority, :priority)
    WHERE target = :target`)
  const drop = db.prepare<[string]>('DELETE FROM targets WHERE target = ?')
  const reads = queueReads(db)

  return {
    ...claims,
    ...reads,
    ...overAll(db),
    /** Ended here, while the file still says that they are under way. */
    left: new Set<Claim>(),
    /** Asks for a target; `againAt` is the second look, which stays one when somebody else asks before it. */
    ask: ({ target, at, whole = false, priority = 0, againAt = null }: Ask) =>
      ask.run({ target, lane: laneOf(targetOf(target)), at, whole: whole ? 1 : 0, priority, againAt }),
    /** Refreshed, by reading that began at `readFrom` on the server's clock: its failures are forgotten. */
    settle: (target: string, now: number, readFrom: number) => settle.run({ target, now, readFrom }),
    /** Failed: asked again, not before that time, for as much as it was asked. */
    fail: ({ target, whole, priority }: Claim, now: number, notBefore: number, error: string) =>
      fail.run({ target, now, notBefore, error, whole: whole ? 1 : 0, priority }),
    /** Not refreshed, and not for a fault of its own: asked again, for as much as it was asked. */
    putBack: ({ target, whole, priority }: Claim, now: number) =>
      putBack.run({ target, now, whole: whole ? 1 : 0, priority }),
    /** A target of something that is no more. */
    drop: (target: string) => drop.run(target),
  }
}

/** What concerns every target at once. */
function overAll(db: Database) {
  const free = db.prepare(
    'UPDATE targets SET started_at = NULL, due_at = coalesce(due_at, 0) WHERE started_at IS NOT NULL',
  )
  const relent = db.prepare('UPDATE targets SET not_before = 0, begun_at = 0')
  const forgetReadings = db.prepare('UPDATE targets SET read_from = 0')
  return {
    /** What was under way when a process died is asked for again. */
    freeStarted: () => free.run(),
    /** A person asks: neither the back-off of earlier failures nor a start just now holds that up. */
    relent: () => relent.run(),
    /** The server's clock went back: its times of before say no more what a later change came after. */
    forgetReadings: () => forgetReadings.run(),
  }
}

const isFree =
  'NOT EXISTS (SELECT 1 FROM targets AS busy WHERE busy.started_at IS NOT NULL AND busy.lane = targets.lane)'

function claimStatements(db: Database) {
  const due = `(due_at <= :now OR due_at > :now + ${farthestMs.ask})
      AND (not_before <= :now OR not_before > :now + ${farthestMs.backOff}) AND started_at IS NULL
      AND (begun_at + ${startEveryMs} <= :now OR begun_at > :now) AND (:dates OR target <> 'entry-dates') AND ${isFree}`
  const next = db.prepare<Due, Found>(`SELECT target, whole, priority, failures FROM targets WHERE ${due}
    ORDER BY target = 'entry-dates', priority DESC, due_at, rowid LIMIT 1`)
  const one = db.prepare<[string], Found>(
    `SELECT target, whole, priority, failures FROM targets WHERE target = ? AND ${isFree}`,
  )
  const start = db.prepare<{ target: string; now: number }>(/* sql */ `
    UPDATE targets SET due_at = again_at, again_at = NULL, whole = 0, priority = 0, started_at = :now, begun_at = :now WHERE target = :target`)
  const isDue = db.prepare<Due, 1>(`SELECT 1 FROM targets WHERE ${due}`).pluck()

  const started = (found: Found | undefined, now: number): Claim | null => {
    if (!found) return null
    start.run({ target: found.target, now })
    return { ...found, whole: found.whole === 1 }
  }
  return {
    /** The target that comes next, now under way; null when none is due. Dates come after all else. */
    claim: (now: number, withDates: boolean): Claim | null => started(next.get({ now, dates: withDates ? 1 : 0 }), now),
    /** That target, now under way; null while one of its lane is. */
    claimOne: (target: string, now: number): Claim | null => started(one.get(target), now),
    isDue: (now: number, withDates: boolean): boolean => isDue.get({ now, dates: withDates ? 1 : 0 }) !== undefined,
  }
}

function queueReads(db: Database) {
  const failing = db.prepare<[], Failing>(
    'SELECT target, failures, last_error FROM targets WHERE failures > 0 ORDER BY target',
  )
  const nextTry = db.prepare<[], number>('SELECT max(not_before) FROM targets WHERE failures > 0').pluck()
  const waiting = db.prepare<[], number>('SELECT count(*) FROM targets WHERE due_at IS NOT NULL').pluck()
  const nextDue = db
    .prepare<[0 | 1], number>(
      `SELECT min(max(due_at, not_before, begun_at + ${startEveryMs})) FROM targets
      WHERE due_at IS NOT NULL AND (? OR target <> 'entry-dates') AND ${isFree}`,
    )
    .pluck()
  const readFrom = db.prepare<[string], number>('SELECT read_from FROM targets WHERE target = ?').pluck()
  const underWay = db
    .prepare<[number], 1>(`SELECT 1 FROM targets WHERE started_at <= ? AND target <> 'entry-dates' LIMIT 1`)
    .pluck()
  const pending = db
    .prepare<[string], 1>('SELECT 1 FROM targets WHERE target = ? AND (due_at IS NOT NULL OR started_at IS NOT NULL)')
    .pluck()
  return {
    failing: () => failing.all(),
    /** When the last of the failing ones may be tried again; null when none fails. */
    nextTry: (): number | null => nextTry.get() ?? null,
    waiting: () => waiting.get() ?? 0,
    /** When something may be claimed; null when nothing is asked. */
    nextDue: (withDates = true): number | null => nextDue.get(withDates ? 1 : 0) ?? null,
    /** The server's clock when the last successful refresh of a target began to read; 0: never. */
    readFrom: (target: string): number => readFrom.get(target) ?? 0,
    /** Whether something that was started by then is under way still, the dates apart. */
    isUnderWay: (by: number): boolean => underWay.get(by) !== undefined,
    /** Asked for or under way. */
    isPending: (target: string): boolean => pending.get(target) !== undefined,
  }
}

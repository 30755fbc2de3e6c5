import type { Database } from 'better-sqlite3'

export type JobStatus = 'pending' | 'running' | 'completed' | 'failed' | 'completed_with_warnings'
export type JobRow = {
  id: number
  kind: string
  status: JobStatus
  triggered_by: string
  created_at: string
  started_at: string | null
  completed_at: string | null
  error_message: string | null
  done: number
  total: number
  phase: string | null
  phase_at: string | null
  result: string
  stop_by: string | null
}

/** Backfills, which may take minutes, run one after another beside all other runs, which do so too. */
export type Lane = 'backfills' | 'others'
export const laneOfKind = (kind: string): Lane => (kind.startsWith('backfill:') ? 'backfills' : 'others')
const ofLane = `(kind GLOB 'backfill:*') = (:lane = 'backfills')`

/** Which runs to list, newest first: of that status, of that kind, before that id. */
export type JobFilter = {
  status?: JobStatus | undefined
  kind?: string | undefined
  before?: number | undefined
  limit: number
}

/** The run that was asked for; `coalesced`: it waited or ran already. */
export type Requested = { id: number; coalesced: boolean }

/** What became of asking a run to stop: `failed` at once, for it had not begun, or `asked`, for it runs. */
export type Stopped = 'unknown' | 'ended' | 'failed' | 'asked'

/** The history of runs, and the runs that are asked for; times are RFC 3339 in UTC. */
export function jobsTable(db: Database) {
  const request = requester(db)
  return { request, ...runs(db, request), ...history(db), stop: stopper(db) }
}

function requester(db: Database) {
  // One that was asked to stop does no more of what somebody asks for now.
  const active = db
    .prepare<[string], number>(
      `SELECT id FROM jobs WHERE kind = ? AND status IN ('pending', 'running') AND stop_by IS NULL ORDER BY id LIMIT 1`,
    )
    .pluck()
  const insert = db.prepare<[string, string, string]>(
    `INSERT INTO jobs (kind, status, triggered_by, created_at) VALUES (?, 'pending', ?, ?)`,
  )
  const request = db.transaction((kind: string, triggeredBy: string, now: string): Requested => {
    const there = active.get(kind)
    if (there !== undefined) return { id: there, coalesced: true }
    return { id: Number(insert.run(kind, triggeredBy, now).lastInsertRowid), coalesced: false }
  })
  /** A pending run of that kind; the one that waits or runs already is given back instead (`coalesced`). */
  return (kind: string, triggeredBy: string, now: string): Requested => request.immediate(kind, triggeredBy, now)
}

type Interrupt = { now: string; lane: Lane | null }

/** What the one who runs them writes. */
function runs(db: Database, request: ReturnType<typeof requester>) {
  const next = db.prepare<{ lane: Lane }, JobRow>(
    `SELECT * FROM jobs WHERE status = 'pending' AND ${ofLane} ORDER BY id LIMIT 1`,
  )
  const sweeping = db
    .prepare<[], 1>(/* sql */ `
      SELECT 1 FROM jobs WHERE status IN ('pending', 'running') AND kind IN ('reconcile', 'rebuild') AND phase IS NOT 'dates'`)
    .pluck()
  const start = db.prepare<[string, number]>(
    `UPDATE jobs SET status = 'running', started_at = ? WHERE id = ? AND status = 'pending'`,
  )
  type End = { id: number; status: JobStatus; now: string; error: string | null; result: string }
  // What ended well is all done, also where its last phase had nothing to count.
  const finish = db.prepare<End>(/* sql */ `
    UPDATE jobs SET status = :status, completed_at = :now, error_message = :error, result = :result,
      done = CASE :status WHEN 'failed' THEN done ELSE total END
    WHERE id = :id AND status = 'running'`)
  const progress = db.prepare<{ id: number; phase: string; done: number; total: number; now: string }>(/* sql */ `
    UPDATE jobs SET phase = :phase, done = :done, total = :total, phase_at = CASE WHEN phase IS :phase THEN phase_at ELSE :now END
    WHERE id = :id AND status = 'running'`)
  const interrupt = db.prepare<Interrupt, Pick<JobRow, 'kind' | 'triggered_by' | 'stop_by'>>(/* sql */ `
    UPDATE jobs SET status = 'failed', completed_at = :now, error_message = coalesce('stopped by ' || stop_by, 'interrupted')
    WHERE status = 'running' AND (:lane IS NULL OR ${ofLane}) RETURNING kind, triggered_by, stop_by`)
  const stopBy = db.prepare<[number], string | null>('SELECT stop_by FROM jobs WHERE id = ?').pluck()
  return {
    /** The run of that lane that has waited longest. */
    nextPending: (lane: Lane): JobRow | null => next.get({ lane }) ?? null,
    /** Whether a whole sweep is asked for or under way whose rows are not complete yet. */
    isSweeping: (): boolean => sweeping.get() !== undefined,
    /** Whether it is ours now: another may have started it. */
    start: (id: number, now: string): boolean => start.run(now, id).changes > 0,
    /** Ends a run; one that was taken over in between keeps the end it has. */
    finish: (id: number, status: JobStatus, now: string, error: string | null, result: object) =>
      finish.run({ id, status, now, error, result: JSON.stringify(result) }),
    /** How far a run is; a phase begins when its name first comes. */
    progress: (id: number, phase: string, done: number, total: number, now: string) =>
      progress.run({ id, phase, done, total, now }),
    /** Who asked a run to stop; null: nobody. */
    stopBy: (id: number): string | null => stopBy.get(id) ?? null,
    /** Fails the runs (of a lane) that nobody works on any more, and asks again for each that nobody asked to stop. */
    interruptRunning: (now: string, lane: Lane | null = null) => {
      for (const { kind, triggered_by, stop_by } of interrupt.all({ now, lane }))
        if (stop_by === null) request(kind, triggered_by, now)
    },
  }
}

function history(db: Database) {
  const byId = db.prepare<[number], JobRow>('SELECT * FROM jobs WHERE id = ?')
  const list = db.prepare<Record<keyof JobFilter, string | number | null>, JobRow>(/* sql */ `
    SELECT * FROM jobs WHERE (:status IS NULL OR status = :status) AND (:kind IS NULL OR kind = :kind)
      AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`)
  const prune = db.prepare<[number, number]>(/* sql */ `
    DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE status NOT IN ('pending', 'running')
      AND id <= (SELECT id FROM jobs ORDER BY id DESC LIMIT 1 OFFSET ?) LIMIT ?)`)
  return {
    byId: (id: number): JobRow | null => byId.get(id) ?? null,
    list: ({ status, kind, before, limit }: JobFilter): JobRow[] =>
      list.all({ status: status ?? null, kind: kind ?? null, before: before ?? null, limit }),
    /** Forgets up to `most` ended runs older than the newest `keep`; returns how many. */
    prune: (keep: number, most: number) => prune.run(keep, most).changes,
  }
}

function stopper(db: Database) {
  const pending = db.prepare<{ id: number; by: string; now: string }>(/* sql */ `
    UPDATE jobs SET status = 'failed', stop_by = :by, completed_at = :now, error_message = 'stopped by ' || :by
    WHERE id = :id AND status = 'pending'`)
  const running = db.prepare<{ id: number; by: string }>(
    `UPDATE jobs SET stop_by = coalesce(stop_by, :by) WHERE id = :id AND status = 'running'`,
  )
  const exists = db.prepare<[number], 1>('SELECT 1 FROM jobs WHERE id = ?').pluck()
  /** Asks a run to stop, whoever runs it: it ends within about a second. One that waits has failed at once. */
  return (id: number, by: string, now: string): Stopped => {
    if (pending.run({ id, by, now }).changes > 0) return 'failed'
    if (running.run({ id, by }).changes > 0) return 'asked'
    return exists.get(id) === undefined ? 'unknown' : 'ended'
  }
}

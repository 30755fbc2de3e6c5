import { isFinal, sentence } from '../errors.ts'
import { type Mirror, timeNow } from '../refresh/mirror.ts'
import type { Walk } from '../store/walk.ts'
import type { JobEnd, Progress } from './job-end.ts'
import { mergePieces, shareOfPieces } from './pieces.ts'
import { unlocked } from './unlocked.ts'

/**
 * A chunk keeps other writers waiting for 20 ms at the most. Rows are begun for a part of that, for the commit takes its time too, and
 * less than half of it is aimed at, for the machine does other things as well.
 */
const fillMs = 6
const aimMs = 8
const mostGrowth = 1.25
/** Others that wait for the file look every few milliseconds, and find it free. */
const pauseMs = 10
const firstRows = 50
/** What is under way moves many times a second. */
const stillMs = 60_000
const lookMs = 1000

type Inside = Pick<Mirror, 'store' | 'effects' | 'log'>
type Chunk = { after: number; rows: number; tookMs: number }

/**
 * Goes through a table from the backfill's cursor to the highest key there was when it began, in chunks of at most 20 ms with a
 * pause between; the cursor moves in the chunk's own transaction, over rows that need nothing too, so that it always ends. Stopped or killed, it
 * goes on from there the next time; an error is kept with it. While another run is at it, it waits, and then has nothing left to do.
 */
export async function runBackfill(
  mirror: Inside,
  name: string,
  walk: Walk,
  progress: Progress,
  signal: AbortSignal,
): Promise<JobEnd> {
  let isDone = false
  while (isAtIt(mirror, name)) {
    await mirror.effects.sleep(lookMs, signal)
    isDone = mirror.store.backfills.byName(name)?.status === 'completed'
  }
  if (isDone) return { status: 'completed', message: null, result: { rows: 0 } }
  try {
    const rows = await goThrough(mirror, name, walk, progress, signal)
    return { status: 'completed', message: null, result: { rows } }
  } catch (error) {
    if (!signal.aborted && !isFinal(error)) keepError(mirror, name, walk, error)
    throw error
  }
}

/** Whether another run is at it: two side by side would do each row twice, and count it twice. */
function isAtIt({ store, effects }: Inside, name: string): boolean {
  const row = store.backfills.byName(name)
  return row?.status === 'running' && row.job_id !== null && effects.now() - Date.parse(row.updated_at) < stillMs
}

/** How many rows this run went over. */
async function goThrough(
  mirror: Inside,
  name: string,
  walk: Walk,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const { after: from, last, left, total } = begin(mirror, name, walk)
  using log = mirror.store.logByHand()
  const pause = async () => {
    log.copyIfLong() // before others write: theirs would be the commit that does it
    await mirror.effects.sleep(pauseMs, signal)
  }
  let [after, most, done, unmerged] = [from, firstRows, 0, 1]
  progress('rows', 0, left)
  for (;;) {
    if (unmerged >= 1) {
      await mergePieces(mirror, walk, pause, signal)
      unmerged = 0
    }
    signal.throwIfAborted()
    const keys = last === null ? [] : walk.keys(after, last, most)
    if (keys.length === 0) break
    const chunk = await unlocked(mirror.effects, signal, () =>
      fillChunk(mirror, name, walk, after, keys, (rows) => progress('rows', Math.min(done + rows, left), left)),
    )
    after = chunk.after
    done += chunk.rows
    most = Math.max(nextRows(chunk), walk.atOnce)
    unmerged += shareOfPieces(chunk.rows, total)
    await pause()
  }
  await mergePieces(mirror, walk, pause, signal)
  mirror.store.transaction(() => {
    mirror.store.backfills.complete(name, timeNow(mirror))
    walk.merging?.byItself()
  })
  return done
}

function begin(mirror: Inside, name: string, walk: Walk) {
  const { store } = mirror
  const span = walk.span() // before the transaction: counting takes its time
  store.transaction(() => {
    store.backfills.begin(name, span, timeNow(mirror))
    walk.merging?.byHand()
  })
  const row = store.backfills.byName(name)
  if (!row) throw new Error(`The backfill ${name} is not registered.`)
  return { after: row.after_key, last: row.last_key, left: Math.max(row.total - row.done, 0), total: row.total }
}

/** One transaction over the first of these keys, as many as there is time for; at least one step, however long it takes. */
function fillChunk(
  mirror: Inside,
  name: string,
  walk: Walk,
  from: number,
  keys: number[],
  progress: (rows: number) => void,
): Chunk {
  const { store, effects } = mirror
  let [began, after, rows] = [0, from, 0]
  store.transaction(() => {
    ;[began, after, rows] = [effects.now(), from, 0]
    while (rows < keys.length && effects.now() - began < fillMs) {
      const step = keys.slice(rows, rows + walk.atOnce)
      const upTo = step.at(-1) ?? after
      walk.fill(after, upTo)
      after = upTo
      rows += step.length
    }
    store.backfills.advance(name, after, rows, timeNow(mirror))
    progress(rows)
  })
  return { after, rows, tookMs: effects.now() - began }
}

/** As many rows as fit if they are like these; a chunk that was too long makes the next ones short for a while. */
function nextRows({ rows, tookMs }: Chunk): number {
  const fitting = Math.floor((rows * aimMs) / Math.max(tookMs, 1))
  return Math.max(1, Math.min(fitting, Math.ceil(rows * mostGrowth)))
}

/** Where even that cannot be written, the job's row, or its absence, tells. */
function keepError(mirror: Inside, name: string, walk: Walk, error: unknown): void {
  try {
    mirror.store.transaction(() => {
      mirror.store.backfills.fail(name, sentence(error), timeNow(mirror))
      walk.merging?.byItself()
    })
  } catch (cause) {
    mirror.log.error({ err: cause }, 'error of a backfill not kept')
  }
}

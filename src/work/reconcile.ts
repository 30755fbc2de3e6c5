import { ask, type Mirror } from '../refresh/mirror.ts'
import { beginProbing } from '../refresh/probe.ts'
import { counted } from '../rules/counted.ts'
import { type Counts, countMoved } from '../store/changes.ts'
import { runBackfill } from './backfiller.ts'
import { isComplete, noteComplete } from './complete.ts'
import type { JobEnd, Progress } from './job-end.ts'
import { countMissed, standing } from './missed.ts'
import { createWorker, type Drained } from './worker.ts'

/** What a whole sweep did; requests, bytes and seconds until the rows were complete, the dates apart. */
export type Reconciled = {
  requests: number
  bytes: number
  seconds: number
  rows: Counts
  dates: { requests: number; seconds: number }
  /** Everything wrong with entries, and how many of these problems are new. */
  problems: { path: string; message: string }[]
  newProblems: number
  /** What a person should know of, also targets that could not be refreshed: what they hold stays as it was. */
  warnings: string[]
  newWarnings: number
  /** These new ones, problems and warnings. */
  newWords: string[]
  /** How many targets could not be refreshed. */
  failed: number
}

/** So many of them stand in a run's message; all are in its result. */
const mostWords = 3

/** The job `reconcile`: a whole sweep. */
export async function reconcileAll(mirror: Mirror, progress: Progress, signal?: AbortSignal): Promise<JobEnd> {
  const before = standing(mirror)
  const result = await reconcile(mirror, progress, signal).catch((error) => {
    // Who stops a sweep does not want the next probe to begin another: the queue has what is left of it.
    if (signal?.aborted && isComplete(mirror)) mirror.store.settings.drop('full_owed')
    throw error
  })
  countMissed(mirror, before)
  const message = whatIsNew(result)
  return { status: message ? 'completed_with_warnings' : 'completed', message, result }
}

/** What a person has not heard yet, in sentences; null: nothing. */
export function whatIsNew({ newProblems, newWarnings, newWords }: Reconciled): string | null {
  if (newProblems + newWarnings === 0) return null
  const counts = `${counted(newProblems, 'new problem')} in entries, ${counted(newWarnings, 'new warning')}.`
  const more = newWords.length > mostWords ? [`And ${newWords.length - mostWords} more.`] : []
  return [counts, ...newWords.slice(0, mostWords), ...more].join(' ')
}

/**
 * The job `rebuild`: trusts nothing that is held and reads everything again, in place, while readers keep a complete picture. The
 * full-text index is made anew before: the triggers that keep it trip over one that holds something else than the rows.
 */
export async function readAgain(mirror: Mirror, progress: Progress, signal: AbortSignal): Promise<JobEnd> {
  const { store } = mirror
  store.distrust()
  // One that fills it now goes on, and is owed again from the first row: two side by side would do each row twice.
  if (store.jobs.list({ kind: 'backfill:search-index', status: 'running', limit: 1 }).length === 0)
    await runBackfill(mirror, 'search-index', store.walks['search-index'], progress, signal)
  return reconcileAll(mirror, progress, signal)
}

/**
 * A whole sweep: the owner's repositories, the entries, then every branch, pull and document, and at last the entries' dates.
 * A target that fails leaves the others alone and is named in the outcome; one that fails before there is anything to go by is thrown.
 */
export async function reconcile(
  mirror: Mirror,
  onProgress: Progress = () => {},
  signal = new AbortController().signal,
): Promise<Reconciled> {
  const { store, gitea, effects } = mirror
  const start = { at: effects.now(), seq: store.changes.latest(), problems: problemSet(mirror), ...costs(mirror) }
  const warnings = await readRows(mirror, onProgress, signal)
  const rowsAt = { at: effects.now(), ...costs(mirror) }
  settleSweep(mirror)
  await rememberServer(mirror)
  onProgress('dates', 0, 1)
  warnings.push(...(await readDates(mirror, (done, total) => onProgress('dates', done, total), signal)))
  signal.throwIfAborted()
  const failed = store.targets.failing().map(({ target, last_error }) => `${target} was not refreshed: ${last_error}`)
  const problems = store.entryFiles.problems()
  const standing = remembered(mirror, warnings)
  const newProblems = problems.filter((problem) => !start.problems.has(keyOf(problem)))
  const newWarnings = [...new Set(warnings)].filter((warning) => !standing.includes(warning)).concat(failed)
  return {
    requests: rowsAt.requests - start.requests,
    bytes: rowsAt.bytes - start.bytes,
    seconds: seconds(start.at, rowsAt.at),
    rows: countMoved(store.changes.since(start.seq)),
    dates: { requests: gitea.traffic.requests - rowsAt.requests, seconds: seconds(rowsAt.at, effects.now()) },
    problems,
    newProblems: newProblems.length,
    warnings: [...new Set(warnings), ...failed],
    failed: failed.length,
    newWarnings: newWarnings.length,
    newWords: [...newWarnings, ...newProblems.map(({ path, message }) => `${path}: ${message}`)],
  }
}

/** All was looked at: what could not be read is in the queue, and no other sweep is owed for it. */
function settleSweep(mirror: Mirror): void {
  const { store } = mirror
  store.transaction(() => {
    store.settings.drop('full_owed')
    if (store.targets.failing().length === 0) store.adoptClosed()
    noteComplete(mirror)
  })
}

/** What it is stays known where nobody can ask it: it was asked in this sweep already. */
async function rememberServer({ store, gitea }: Mirror): Promise<void> {
  const { product, version } = await gitea.server()
  store.transaction(() => store.settings.set('gitea_version', `${product} ${version}`))
}

/** The warnings of the sweep before this one; these are kept for the next: a standing one must not fail a timer for ever. */
function remembered({ store }: Mirror, warnings: string[]): string[] {
  const before = store.settings.get('warnings')?.split('\n') ?? []
  store.transaction(() => store.settings.set('warnings', [...new Set(warnings)].join('\n')))
  return before
}

/** A target that fails is tried this often again before the sweep goes on without it. */
const moreTries = 2
const longestPauseMs = 5000

async function readRows(mirror: Mirror, onProgress: Progress, signal: AbortSignal): Promise<string[]> {
  const { store } = mirror
  const worker = createWorker(mirror)
  store.transaction(() => store.targets.relent())
  onProgress('repositories', 0, 1)
  const warnings = await worker.refreshNow({ kind: 'repos' }, true, { must: true })
  beginProbing(mirror)
  onProgress('entries', 0, 1)
  const more = await worker.refreshNow({ kind: 'meta-entries' }, true)
  store.transaction(() => {
    ask(mirror, { kind: 'meta-branches' }, true)
    ask(mirror, { kind: 'meta-pulls' }, true)
    for (const repo of store.repos.all()) if (repo.rfc_slug) ask(mirror, { kind: 'rfc-repo', repoId: repo.id }, true)
  })
  const drained = await patiently(mirror, async () => {
    const onDone = (done: number, total: number) => onProgress('branches and pulls', done, total)
    const drained = await worker.drain({ withDates: false, onProgress: onDone, signal })
    signal.throwIfAborted()
    await worker.othersDone()
    return drained
  })
  // INSERT OR REPLACE into `actions` fires no trigger for the row that it replaces.
  store.transaction(() => store.deriveAll())
  return [...warnings, ...more, ...drained]
}

/** The dates, and what came to be due meanwhile. */
async function readDates(
  mirror: Mirror,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const worker = createWorker(mirror)
  const warnings = await worker.refreshNow({ kind: 'entry-dates' }, false, { onProgress })
  return [...warnings, ...(await worker.drain({ withDates: true, signal })).warnings]
}

/** Drains, and again when the back-offs of what failed are over: a listing that moved while it was read is whole the next time. */
async function patiently({ store, effects }: Mirror, drain: () => Promise<Drained>): Promise<string[]> {
  const { warnings } = await drain()
  for (let tries = 0; tries < moreTries; tries++) {
    const nextTry = store.targets.nextTry()
    if (nextTry === null) break
    await effects.sleep(Math.min(Math.max(nextTry - effects.now(), 0), longestPauseMs))
    warnings.push(...(await drain()).warnings)
  }
  return warnings
}

function costs({ gitea }: Mirror) {
  return { requests: gitea.traffic.requests, bytes: gitea.traffic.bytes }
}

function problemSet({ store }: Mirror): Set<string> {
  return new Set(store.entryFiles.problems().map(keyOf))
}

function keyOf({ path, message }: { path: string; message: string }): string {
  return `${path}\n${message}`
}

function seconds(from: number, to: number): number {
  return Math.round(to - from) / 1000
}

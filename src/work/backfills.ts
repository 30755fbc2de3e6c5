import { type Mirror, timeNow } from '../refresh/mirror.ts'
import type { BackfillName } from '../store/backfills.ts'
import { runBackfill } from './backfiller.ts'
import type { JobEnd, Kind, Progress } from './job-end.ts'
import { createWorker } from './worker.ts'

/** Every backfill as a kind of run. */
export const backfillKinds = {
  'backfill:search-index': {
    about: 'brings RFCs from before the full-text index into it',
    work: overRows('search-index'),
  },
  'backfill:derive-pulls': {
    about: 'derives again what every pull means, for a large import into `actions`',
    work: overRows('derive-pulls'),
  },
  'backfill:entry-dates': { about: 'asks Gitea for the dates of entries that are not known yet', work: fillDates },
} satisfies Record<`backfill:${BackfillName}`, Kind>

/** Derives what a sweep came to owe, where no service does: in it another loop would go through the same rows. */
export async function deriveOwed(mirror: Mirror, progress: Progress, signal: AbortSignal): Promise<void> {
  const { store } = mirror
  if (store.backfills.byName('derive-pulls')?.status !== 'pending') return
  await runBackfill(mirror, 'derive-pulls', store.walks['derive-pulls'], progress, signal)
}

/**
 * What asks for backfills by itself: when the rows of the first sweep are complete for all that are unfinished, later for those that
 * come to be owed, and for dates whenever they are due and nothing else is; a sweep reads them itself. One that failed or was
 * stopped waits for a person.
 */
export function backfillsDue(mirror: Pick<Mirror, 'store' | 'effects'>): () => void {
  const { store, effects } = mirror
  let isResumed = false
  const asked = new Map<string, number>()
  const request = (name: string, triggeredBy: string) =>
    asked.set(name, store.jobs.request(`backfill:${name}`, triggeredBy, timeNow(mirror)).id)
  // What somebody stopped before it began is not asked for again.
  const isAsked = (name: string) => asked.has(name) && !store.jobs.byId(asked.get(name) ?? 0)?.started_at
  return () => {
    if (store.jobs.isSweeping()) return
    for (const { name, job_id } of unfinished(mirror)) {
      if (!isResumed) request(name, 'startup')
      else if (job_id === null && !isAsked(name)) request(name, 'scheduled')
    }
    isResumed = true
    if (store.targets.isDue(effects.now(), true) && !store.targets.isDue(effects.now(), false))
      request('entry-dates', 'scheduled')
  }
}

function unfinished({ store }: Pick<Mirror, 'store'>) {
  return store.backfills.all().filter(({ status }) => status === 'pending' || status === 'running')
}

function overRows(name: Exclude<BackfillName, 'entry-dates'>): Kind['work'] {
  return (mirror, progress, signal) => runBackfill(mirror, name, mirror.store.walks[name], progress, signal)
}

/** Bound by Gitea's answers: its chunk is a request, and what is due still says where to go on. */
async function fillDates(mirror: Mirror, progress: Progress): Promise<JobEnd> {
  progress('dates', 0, 1)
  const onProgress = (done: number, total: number) => progress('dates', done, total)
  const warnings = await createWorker(mirror).refreshNow({ kind: 'entry-dates' }, false, { must: true, onProgress })
  const message = warnings.join(' ') || null
  return { status: message ? 'completed_with_warnings' : 'completed', message, result: { warnings } }
}

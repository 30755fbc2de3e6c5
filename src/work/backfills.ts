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

/**
 * What asks for backfills by itself: when the rows of the first sweep are complete for all that are unfinished, and for dates whenever
 * they are due and nothing else is; a sweep reads them itself. One that failed waits for a person.
 */
export function backfillsDue(mirror: Pick<Mirror, 'store' | 'effects'>): () => void {
  const { store, effects } = mirror
  let isResumed = false
  const request = (name: string, triggeredBy: string) =>
    store.jobs.request(`backfill:${name}`, triggeredBy, timeNow(mirror))
  return () => {
    if (store.jobs.isSweeping()) return
    if (!isResumed) for (const name of unfinished(mirror)) request(name, 'startup')
    isResumed = true
    if (store.targets.isDue(effects.now(), true) && !store.targets.isDue(effects.now(), false))
      request('entry-dates', 'scheduled')
  }
}

function unfinished({ store }: Pick<Mirror, 'store'>): string[] {
  const open = store.backfills.all().filter(({ status }) => status === 'pending' || status === 'running')
  return open.map(({ name }) => name)
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

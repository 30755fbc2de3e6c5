import { type Mirror, timeNow } from '../refresh/mirror.ts'
import { probe } from '../refresh/probe.ts'
import { targetName } from '../rules/target.ts'
import { isComplete, noteComplete } from './complete.ts'
import type { JobEnd, Progress } from './job-end.ts'

/**
 * The job `probe`: asks for what moved; the worker reads it. Before the first whole sweep there is nothing to compare with, and
 * when the server's time went back (a backup restored, a clock set) a whole sweep is asked for.
 */
export async function probeOnce(mirror: Mirror, progress: Progress): Promise<JobEnd> {
  const { store, gitea } = mirror
  progress('probe', 0, 1)
  const before = gitea.traffic.requests
  const full = () => store.jobs.request('reconcile', 'scheduled', timeNow(mirror))
  // A whole sweep that was asked for and could not be done (Gitea was away at the start) is done when it can be.
  if (store.settings.get('full_owed') !== null || !isComplete(mirror)) full()
  if (store.settings.get('owner_id') === null)
    return { status: 'completed', message: null, result: { asked: ['everything'] } }
  const { asked, missed, wentBack } = await probe(mirror)
  if (wentBack) full()
  else if (isComplete(mirror)) store.transaction(() => noteComplete(mirror))
  const warning = wentBack ? "The server's time went back: everything is read again." : null
  const result = { requests: gitea.traffic.requests - before, asked: asked.map(targetName), missed_webhooks: missed }
  return { status: wentBack ? 'completed_with_warnings' : 'completed', message: warning, result }
}

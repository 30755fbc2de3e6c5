import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mirror } from '../refresh/mirror.ts'
import { compareFiles, type Drift } from '../store/compare.ts'
import { openStore } from '../store/store.ts'
import { deriveOwed } from './backfills.ts'
import type { JobEnd, Progress } from './job-end.ts'
import { reconcile, whatIsNew } from './reconcile.ts'

/** A look at a copy takes seconds, and Gitea moves meanwhile: what differs once may be only late. */
const pauseBeforeSecondLookMs = 5000

/** The job `dry-run`: reconciles a copy of the file and tells what changed in it. */
export async function foresee(mirror: Mirror, progress: Progress, signal?: AbortSignal): Promise<JobEnd> {
  const result = await onCopy(mirror, (copy) => reconcile(copy, progress, signal))
  const message = whatIsNew(result)
  const status = message ? 'completed_with_warnings' : 'completed'
  return { status, message, result: { ...result, dry_run: true } }
}

/** The job `verify`: reads everything again into a copy, and tells where the file differs from it, also after a second look. */
export async function verify(mirror: Mirror, progress: Progress, signal: AbortSignal): Promise<JobEnd> {
  return onCopy(mirror, async (copy, file) => {
    const compare = () => compareFiles(mirror.store.file, file)
    const read = async () => {
      const result = await reconcile(copy, progress, signal)
      await deriveOwed(copy, progress, signal)
      return result
    }
    copy.store.forget()
    const first = await read()
    const drift = first.failed === 0 ? compare() : []
    if (drift.length > 0) await mirror.effects.sleep(pauseBeforeSecondLookMs)
    if (drift.length > 0) await read()
    const again = new Set(drift.length > 0 ? compare().map(keyOf) : [])
    return endOf({ ...first, drift: drift.filter((one) => again.has(keyOf(one))) })
  })
}

function endOf(result: { drift: Drift[]; failed: number }): JobEnd {
  const { drift, failed } = result
  if (failed > 0)
    return {
      status: 'completed_with_warnings',
      message: 'Not all of Gitea could be read: nothing can be said of drift.',
      result,
    }
  const message = drift.length > 0 ? `${drift.length} columns drifted.` : null
  return { status: message ? 'completed_with_warnings' : 'completed', message, result }
}

/** Lets `look` work on a copy of the file, in a folder of its own that is removed afterwards. */
async function onCopy<T>(mirror: Mirror, look: (copy: Mirror, file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rfcached-'))
  const file = join(folder, 'copy.sqlite')
  try {
    await mirror.store.copyTo(file)
    using store = openStore(file, { now: mirror.effects.now })
    store.transaction(() => store.targets.freeStarted())
    return await look({ ...mirror, store }, file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function keyOf({ table, key, column, have, want }: Drift): string {
  return JSON.stringify([table, key, column, have, want])
}

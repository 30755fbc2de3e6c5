import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { conclude } from './ending.ts'
import { happenings } from './happenings.ts'
import { openPost } from './post.ts'
import { Found, openScene } from './scene.ts'
import type { Step } from './steps.ts'

/** The first promise that was broken; null: none. And what happened, in words. */
export type Outcome = { violation: string | null; story: string[] }

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rfcached-simulation-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'copy.sqlite')
const seeded = join(folder, 'seeded.sqlite')

/** Lives through a history from its seed and its steps, and says what went wrong first; nothing: null. */
export async function liveThrough(seed: number, steps: Step[]): Promise<Outcome> {
  const broken = existsSync(seeded) ? null : await fillSeeded()
  if (broken) return { violation: `in the first sweep: ${broken}`, story: [] }
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  copyFileSync(seeded, file)
  return lived(seed, steps)
}

/** The first whole sweep of the organisation as every history finds it is done once a process. Says what went wrong in it. */
async function fillSeeded(): Promise<string | null> {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  const db = new Sqlite(file)
  db.exec(
    'CREATE TABLE actions (id INTEGER PRIMARY KEY, action_kind TEXT, rfc_slug TEXT, pr_number INTEGER, on_behalf_of TEXT, repo TEXT, created_at TEXT)',
  )
  db.close()
  const { violation } = await lived(1, [{ kind: 'first sweep', seed: 1, wait: 0 }])
  if (!violation) copyFileSync(file, seeded)
  return violation
}

async function lived(seed: number, steps: Step[]): Promise<Outcome> {
  const story: string[] = []
  const scene = openScene(seed, file, existsSync(seeded))
  const post = openPost(scene)
  const take = happenings(scene, post, story)
  try {
    for (const step of steps) await take(step)
    await conclude(scene, post)
    return { violation: null, story }
  } catch (error) {
    if (error instanceof Found) return { violation: error.message, story }
    return { violation: `broken: ${error instanceof Error ? error.stack : error}`, story }
  } finally {
    await scene.close()
  }
}

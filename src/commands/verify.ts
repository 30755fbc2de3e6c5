import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { type Config, giteaToken } from '../config.ts'
import { openConfiguredStore, openMirror } from '../daemon.ts'
import { realEffects } from '../effects.ts'
import { compareFiles, type Drift } from '../store/compare.ts'
import { openStore, type Store } from '../store/store.ts'
import { runJob } from '../work/job.ts'
import { type Reconciled, reconcile } from '../work/reconcile.ts'
import type { ExitCode } from './program.ts'
import { showProgress } from './progress.ts'
import { jsonOf, manually, type ReconcileOptions } from './reconcile.ts'
import { summary } from './summary.ts'

/** A look at the copy takes seconds, and Gitea moves meanwhile: what differs once may be only late. */
const pauseBeforeSecondLookMs = 5000

/** `--dry-run`: reconciles a copy of the file and says what changed in it. The file itself is not touched. */
export async function foresee(config: Config, options: ReconcileOptions): Promise<ExitCode> {
  const outcome = await onCopy(config, options, async (_, readAgain) => readAgain())
  const status = outcome.newProblems + outcome.newWarnings > 0 ? 'completed_with_warnings' : 'completed'
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...jsonOf(null, { status }, outcome), dry_run: true })}\n`
      : `This is what a reconcile would change:\n${summary(outcome, status)}`,
  )
  return status === 'completed' ? 0 : 3
}

/** `--verify`: reads everything again into a copy and prints where the file differs from it, also after a second look. */
export async function verify(config: Config, options: ReconcileOptions): Promise<ExitCode> {
  using store = openConfiguredStore(config, { create: false })
  const { jobId, outcome, end } = await runJob(store, realEffects, 'verify', manually(), async () => {
    const found = await onCopy(config, options, async (copy, readAgain) => {
      copy.store.forget()
      const first = await readAgain()
      const drift = compareFiles(config.database, copy.file)
      if (drift.length === 0) return { ...first, drift }
      await realEffects.sleep(pauseBeforeSecondLookMs)
      await readAgain()
      const again = new Set(compareFiles(config.database, copy.file).map(driftKey))
      return { ...first, drift: drift.filter((one) => again.has(driftKey(one))) }
    })
    const status = found.drift.length > 0 ? ('completed_with_warnings' as const) : ('completed' as const)
    return {
      outcome: found,
      end: {
        status,
        message: found.drift.length > 0 ? `${found.drift.length} columns drifted.` : null,
        counts: { drift: found.drift.length },
      },
    }
  })
  process.stdout.write(
    options.json ? `${JSON.stringify({ ...jsonOf(jobId, end, outcome), drift: outcome.drift })}\n` : driftText(outcome),
  )
  return outcome.drift.length > 0 ? 3 : 0
}

type Copy = { file: string; store: Store }

/** Runs `look` on a copy of the file in a folder of its own, with a way to reconcile that copy; removes it afterwards. */
async function onCopy<T>(
  config: Config,
  options: ReconcileOptions,
  look: (copy: Copy, readAgain: () => Promise<Reconciled>) => Promise<T>,
): Promise<T> {
  const token = giteaToken(config, process.env)
  const folder = await mkdtemp(join(tmpdir(), 'rfcached-'))
  const file = join(folder, 'copy.sqlite')
  const progress = showProgress(options.json)
  try {
    await copyFile(config.database, file)
    using store = openStore(file, { now: realEffects.now })
    await using mirror = openMirror(config, token, store)
    return await look({ file, store }, () => reconcile(mirror, progress.show))
  } finally {
    progress.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function copyFile(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  const db = new Sqlite(from, { readonly: true })
  try {
    await db.backup(to)
  } finally {
    db.close()
  }
}

function driftKey({ table, key, column, have, want }: Drift): string {
  return JSON.stringify([table, key, column, have, want])
}

function driftText({ drift, requests, dates }: Reconciled & { drift: Drift[] }): string {
  const lines = drift.map(
    ({ table, key, column, have, want }) =>
      `  ${table} ${key} ${column}: ${short(have)}, but Gitea says ${short(want)}`,
  )
  const verdict =
    drift.length === 0
      ? 'The copy equals Gitea.'
      : `${drift.length} columns differ from Gitea; \`rfcached reconcile --once\` mends them:`
  return [verdict, ...lines, `${requests + dates.requests} requests.`, ''].join('\n')
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

import { createTask, type ScheduledTask } from 'node-cron'
import { ConfigError } from '../errors.ts'
import { type Mirror, timeNow } from '../refresh/mirror.ts'
import type { JobKind } from './job-kinds.ts'

export type Schedule = { probe: string; full: string; timezone: string }

/** Spread over this time, so that many daemons do not ask one Gitea at the same second. */
const jitterMs = 10_000
const retryMs = 1000

/**
 * Asks for a probe and for a whole sweep by cron. Each is a job: one that waits or runs already is not asked for twice.
 * @throws ConfigError for an expression or a time zone that node-cron would take and trip over later.
 */
export function startReconciler(
  { store, effects, log }: Pick<Mirror, 'store' | 'effects' | 'log'>,
  { probe, full, timezone }: Schedule,
) {
  checkTimezone(timezone)
  const ending = new AbortController()
  let probesAt: number[] = []
  const request = (kind: JobKind) => () => {
    if (kind === 'probe') probesAt = [...probesAt.slice(-2), effects.now()]
    const write = () => void store.jobs.request(kind, 'scheduled', timeNow({ effects }))
    insisted(write, { effects, log }, ending.signal).catch(() => {}) // we end
  }
  const quiet = {
    debug: () => {},
    info: () => {},
    warn: (message: string) => log.warn({ message }, 'cron'),
    error: (message: string | Error) => log.error({ message }, 'cron'),
  }
  const prepared = (expression: string, kind: JobKind, option: string) => {
    try {
      const task = createTask(expression, request(kind), {
        timezone,
        noOverlap: true,
        maxRandomDelay: jitterMs,
        logger: quiet,
        suppressMissedWarning: true,
      })
      // A process that was held up at that second (a pause, a lock) does late what it did not do in time.
      task.on('execution:missed', request(kind))
      return task
    } catch (cause) {
      throw new ConfigError(
        `reconcile.${option} is not a cron expression: ${expression}.`,
        'Write five fields, like */5 * * * *.',
        { cause },
      )
    }
  }
  const probing = prepared(probe, 'probe', 'probe')
  const sweeping = prepared(full, 'reconcile', 'full')
  // Only when both are right: the timer of one that nobody ends would keep the process from ending.
  const tasks = [probing, sweeping]
  for (const task of tasks) void task.start()
  return {
    /** Milliseconds between two probes, as the expression says now. */
    probeEveryMs: () => everyMs(probing) ?? 300_000,
    /** And between two whole sweeps; null when none comes again. */
    fullEveryMs: () => everyMs(sweeping),
    /** How many of the last three probes were due after that time, ms since 1970. */
    probesSince: (at: number): number => probesAt.filter((due) => due > at).length,
    nextProbe: () => probing.getNextRun(),
    nextFull: () => sweeping.getNextRun(),
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      for (const task of tasks) await task.destroy()
    },
  }
}

function everyMs(task: ScheduledTask): number | null {
  const [first, second] = task.getNextRuns(2)
  return first && second ? second.getTime() - first.getTime() : null
}

/** What another's lock or a full disk kept from being written is written when it can be. */
async function insisted(
  write: () => void,
  { effects, log }: Pick<Mirror, 'effects' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return write()
    } catch (error) {
      log.warn({ err: error }, 'cron')
      await effects.sleep(retryMs, signal)
    }
  }
}

/** node-cron takes any text as a time zone and fails when it stops. */
function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (cause) {
    throw new ConfigError(
      `reconcile.timezone is not a time zone: ${timezone}.`,
      'Write one like UTC or Europe/Berlin.',
      { cause },
    )
  }
}

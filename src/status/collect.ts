import type { Effects } from '../effects.ts'
import { utcOf } from '../rules/time.ts'
import type { JobRow } from '../store/jobs.ts'
import type { Picture } from '../store/picture.ts'
import { jobView } from '../work/job-view.ts'
import { isGone } from '../work/lead.ts'
import { backfillViews } from './backfills.ts'
import { driftFound } from './drift.ts'
import type { Facts, Live } from './facts.ts'
import { repositories } from './repositories.ts'
import type { Status } from './shape.ts'
import { wholeSweeps } from './sweeps.ts'
import { verdictOf } from './verdict.ts'
import { version } from './version.ts'

/** What the picture is made of; `live` null: it is made from the file alone, whoever else may work on it. */
export type Sources = { picture: Picture; effects: Pick<Effects, 'now'>; giteaUrl: string; live: Live | null }

const recentJobs = 10

/** How we are doing: the one picture, which the command line, the page, health and metrics render. */
export function collectStatus(sources: Sources): Status {
  const facts = factsOf(sources)
  return { verdict: verdictOf(facts, sources.live, sources.effects.now()), ...facts }
}

function factsOf({ picture, effects, giteaUrl, live }: Sources): Facts {
  const now = effects.now()
  const leader = leaderOf(picture, now)
  const complete = Number(picture.setting('last_complete') ?? 0)
  return {
    version,
    at: utcOf(now),
    started_at: timeOf(live?.pulse.beganAt),
    leader,
    ...sweeps(picture, live),
    lag_seconds: complete === 0 ? null : Math.round((now - complete) / 1000),
    queue: queue(picture, now),
    deliveries: deliveries(picture, live),
    jobs: jobs(picture, now, leader !== null || live?.pulse.leads === true),
    backfills: backfillViews(picture, now),
    repositories: repositories(picture, now, complete),
    problems: picture.problems(),
    drift: driftFound(picture),
    missed_webhooks: Number(picture.setting('missed_webhooks') ?? 0),
    gitea: gitea(picture, giteaUrl, live),
    database: database(picture),
    day: picture.day(now).map(({ at, ...done }) => ({ at: utcOf(at), ...done })),
  }
}

function sweeps({ jobs }: Picture, live: Live | null): Pick<Facts, 'probe' | 'full'> {
  const sweep = (last: ReturnType<typeof jobs.lastWell>, next: Date | null | undefined, every: number | null) => ({
    last_at: last?.completed_at ?? null,
    next_at: timeOf(next?.getTime()),
    every_seconds: every === null ? null : every / 1000,
  })
  const { schedule } = live ?? {}
  return {
    probe: sweep(jobs.lastWell('probe'), schedule?.nextProbe(), schedule?.probeEveryMs() ?? null),
    full: sweep(jobs.lastWell(...wholeSweeps), schedule?.nextFull(), schedule?.fullEveryMs() ?? null),
  }
}

function queue({ queue: seen }: Picture, now: number): Facts['queue'] {
  const { depth, under_way, oldest } = seen.totals(now)
  const failing = seen.failing().map(({ target, failures, last_error, not_before }) => ({
    target,
    failures,
    error: last_error,
    next_try_at: timeOf(not_before),
  }))
  return { depth, under_way, oldest_at: timeOf(oldest), failing }
}

function deliveries(picture: Picture, live: Live | null): Facts['deliveries'] {
  const { accepted, last } = picture.deliveries()
  return { accepted, last_at: timeOf(last), refused: Object.fromEntries(live?.pulse.refusals.byStatus ?? []) }
}

/** Who works on the file; a process of this machine that is gone does not. */
function leaderOf(picture: Picture, now: number): string | null {
  const holder = picture.holder(now)
  return holder !== null && isGone(holder) ? null : holder
}

/** What is said to run while nobody works was left by a process that died: whoever works next begins it anew. */
function jobs({ jobs: seen }: Picture, now: number, isLed: boolean): Facts['jobs'] {
  const view = (job: JobRow) => jobView(job, now)
  const { running = [], pending = [] } = Object.groupBy(seen.active(), ({ status }) => status)
  const recent = seen.recent(recentJobs)
  if (isLed) return { running: running.map(view), pending: pending.map(view), recent: recent.map(view) }
  return { running: [], pending: pending.map(view), recent: [...running.map(interrupted), ...recent].map(view) }
}

/** Ended, as far as the file knows, with its last sign of life. */
function interrupted(job: JobRow): JobRow {
  return { ...job, status: 'failed', error_message: 'interrupted', completed_at: job.phase_at ?? job.started_at }
}

function gitea(picture: Picture, url: string, live: Live | null): Facts['gitea'] {
  const { requests = 0, errors = 0, latencyMs = null } = live?.traffic ?? {}
  return {
    url,
    version: picture.setting('gitea_version'),
    latency_ms: latencyMs === null ? null : Math.round(latencyMs),
    requests,
    errors,
    refused: live?.pulse.refused ?? null,
  }
}

function database({ file, sizes, schema }: Picture): Facts['database'] {
  const { bytes, wal } = sizes()
  return { path: file, bytes, wal_bytes: wal, schema: schema() }
}

function timeOf(ms: number | null | undefined): string | null {
  return ms ? utcOf(ms) : null
}

import { createTraffic } from '../../src/gitea/traffic.ts'
import { collectStatus, type Sources } from '../../src/status/collect.ts'
import { newPulse } from '../../src/work/pulse.ts'
import { application, madePath, opened, repoRow } from '../store/made.ts'
import { handClock } from '../support/hand-clock.ts'

export const minute = 60

/** A daemon's file and what only a daemon knows, all well and just swept, on a clock moved by hand; tests spoil one thing each. */
export function house() {
  const clock = handClock()
  const file = madePath()
  const store = opened(file, { now: clock.now })
  const pulse = newPulse(clock.now())
  const traffic = createTraffic()
  const due: number[] = []
  const schedule = {
    probeEveryMs: () => 300_000,
    fullEveryMs: () => 6 * 3_600_000,
    probesSince: (at: number) => due.filter((one) => one > at).length,
    nextProbe: () => new Date(clock.now() + 300_000),
    nextFull: () => null,
  }
  store.lease.acquire('here', clock.now())
  pulse.leads = true
  store.transaction(() => {
    store.repos.upsert(repoRow(1, { full_name: 'rfcs/meta', is_meta: 1 }))
    store.repos.upsert(repoRow(2, { full_name: 'rfcs/alpha' }))
    store.repos.follow(2, 'alpha')
    store.settings.set('last_complete', clock.now())
  })
  const sources: Sources = {
    picture: store.picture,
    effects: clock.effects,
    giteaUrl: 'http://gitea.test/',
    live: { pulse, traffic, schedule },
  }
  const text = () => new Date(clock.now()).toISOString().replace('.000', '')
  return {
    ...clock,
    file,
    store,
    pulse,
    traffic,
    text,
    /** SQL of another hand. */
    sql: (script: string) => application(file, script),
    /** The cron's word that a probe is due now. */
    probeDue: () => void due.push(clock.now()),
    status: () => collectStatus(sources),
    /** As seen where no daemon runs. */
    fromFile: () => collectStatus({ ...sources, live: null }),
    verdict: () => collectStatus(sources).verdict,
    /** A run of that kind, begun. */
    began: (kind: string) => {
      const { id } = store.jobs.request(kind, 'scheduled', text())
      store.jobs.start(id, text())
      return id
    },
    ended: (
      id: number,
      status: 'completed' | 'failed' | 'completed_with_warnings',
      error: string | null = null,
      result = {},
    ) => store.jobs.finish(id, status, text(), error, result),
  }
}

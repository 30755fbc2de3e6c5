import { configShape } from '../../src/config.ts'
import { openConfiguredStore, openMirror } from '../../src/daemon.ts'
import { endedBy } from '../../src/effects.ts'
import { LeaseLost } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { utcOf } from '../../src/rules/time.ts'
import { createBell } from '../../src/work/bell.ts'
import type { JobKind } from '../../src/work/job-kinds.ts'
import { newPulse } from '../../src/work/pulse.ts'
import { type Delivery, receive } from '../../src/work/receive.ts'
import { runService } from '../../src/work/service.ts'
import type { Clock, Sleeper } from './clock.ts'
import { type Life, settled, withLife } from './ground.ts'
import type { Network } from './network.ts'

export type Process = ReturnType<typeof startProcess>

const log = createLog('silent')

type Options = {
  file: string
  token: string
  clock: Clock
  network: Network
  random: () => number
  skew: () => number
  committed: () => void
}

/** `rfcached serve` as a simulation has it: the service over a file, on a simulated clock and network. */
export function startProcess({ file, token, clock, network, random, skew, committed }: Options) {
  const sleeper: Sleeper = { frozen: false }
  const life: Life = { left: Number.POSITIVE_INFINITY, dead: false, committed }
  const abandoning = new AbortController()
  const effects = endedBy(abandoning.signal, clock.effects(sleeper, random, skew))
  const config = configShape.parse({
    gitea: { url: 'http://gitea.test', org: 'rfcs', metaRepo: 'meta', botUser: 'RFC-Bot' },
    database: file,
  })
  const stopping = new AbortController()
  const parts = { effects, door: network.door(sleeper), log, signal: abandoning.signal }
  const store = withLife(life, () => openConfiguredStore(config, { effects }))
  store.waitAtMost(0)
  const mirror = openMirror(config, { value: token, source: 'test' }, store, parts)
  const bell = createBell()
  const pulse = newPulse(effects.now())
  let over = false
  runService({
    mirror,
    pulse,
    bell,
    retention: config.retention,
    signal: stopping.signal,
    abandon: () => abandoning.abort(),
  })
    .catch((error: unknown) => {
      // Told to us by what it shows.
      if (!(error instanceof LeaseLost)) throw error
    })
    .finally(() => {
      over = true
    })
  /** Ends what is under way and closes the file; of a dead one nothing more is written. */
  const end = async () => {
    sleeper.frozen = false
    stopping.abort()
    abandoning.abort()
    for (let turns = 0; !over && turns < 100; turns++) await settled()
    if (!over) throw new Error('The service does not end though it was told to.')
    clock.forget(sleeper)
    store[Symbol.dispose]()
  }
  return {
    life,
    sleeper,
    pulse,
    isOver: () => over,
    /** What the HTTP server does with a delivery whose signature is right. */
    hear: (delivery: Delivery): boolean => {
      const isNew = receive(mirror, delivery)
      if (isNew) bell.ring()
      return isNew
    },
    /** Asks for a job, as cron does. */
    request: (kind: JobKind) => store.jobs.request(kind, 'scheduled', utcOf(effects.now())).id,
    end,
  }
}

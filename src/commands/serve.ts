import type { FastifyInstance } from 'fastify'
import { type Config, giteaToken, isProxied, readConfig } from '../config.ts'
import { openConfiguredStore, openMirror } from '../daemon.ts'
import { endedBy, realEffects } from '../effects.ts'
import { BrokenFile, isFinal, isMalformed } from '../errors.ts'
import { createMetrics, type Metrics } from '../http/metrics.ts'
import { createServer } from '../http/server.ts'
import { createLog } from '../log.ts'
import type { Mirror } from '../refresh/mirror.ts'
import { collectStatus } from '../status/collect.ts'
import type { Status } from '../status/shape.ts'
import { suspect } from '../store/mend.ts'
import { type Bell, createBell } from '../work/bell.ts'
import { createInbox, type Inbox } from '../work/inbox.ts'
import { jobsOf } from '../work/jobs.ts'
import { newPulse, type Pulse } from '../work/pulse.ts'
import { startReconciler } from '../work/reconciler.ts'
import { refuse } from '../work/refusals.ts'
import { runService } from '../work/service.ts'
import type { CommonOptions, ExitCode } from './command.ts'
import { bind, close, notify, onSignals, readApiToken, readWebhookSecrets } from './serve/process.ts'
import { serveRed } from './serve/red.ts'

/** Another process's write is waited for so long at a time, for nothing else happens meanwhile; what it stops is tried again. */
const lockWaitMs = 250
/** What is under way when we are told to stop may go on for so long. */
const graceMs = 8000

/** `rfcached serve`: webhooks in, cron beside, one worker; runs until SIGTERM or SIGINT. SIGHUP changes nothing: it is said. */
export async function serve({ config: path }: CommonOptions): Promise<ExitCode> {
  const config = readConfig(path)
  const log = createLog(config.log.level)
  try {
    return await serveFile(config, log)
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error
    return await serveRed(config, log, error)
  }
}

async function serveFile(config: Config, log: Mirror['log']): Promise<ExitCode> {
  const stopping = new AbortController()
  const abandoning = new AbortController()
  using store = openConfiguredStore(config, { tell: (said) => log.warn(said) })
  store.waitAtMost(lockWaitMs)
  const { signal } = abandoning
  const effects = endedBy(signal, realEffects)
  const token = () => giteaToken(config, process.env)
  const readToken = () => token().value
  const metrics = createMetrics()
  const { meter } = metrics
  await using mirror = openMirror(config, token(), store, { log, signal, effects, readToken, meter })
  const pulse = newPulse(mirror.effects.now())
  const bell = createBell()
  await using reconciler = startReconciler(mirror, config.reconcile)
  const live = { pulse, traffic: mirror.gitea.traffic, schedule: reconciler }
  const status = () => collectStatus({ picture: store.picture, effects, giteaUrl: config.gitea.url, live })
  await using inbox = createInbox(mirror, pulse, bell)
  const app = await listen(config, mirror, { inbox, pulse, bell, status: noticing(pulse, status), metrics })
  await using notifier = notify(() => effects.now() - pulse.beatAt)
  onSignals(log, () => {
    notifier.stopping()
    stopping.abort()
    setTimeout(() => abandoning.abort(), graceMs).unref()
    void close(app)
  })
  try {
    const abandon = () => abandoning.abort()
    await runService({ mirror, pulse, bell, retention: config.retention, signal: stopping.signal, abandon })
  } catch (error) {
    throw isMalformed(error) ? suspect(store.file, error) : error
  } finally {
    await close(app)
  }
  log.info('stopped')
  return 0
}

/** What the answers of a file that breaks say is heard by the service too. */
function noticing<A extends unknown[], R>(pulse: Pulse, act: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return act(...args)
    } catch (error) {
      if (isFinal(error)) pulse.final = error
      throw error
    }
  }
}

type Told = { inbox: Inbox; pulse: Pulse; bell: Bell; status: () => Status; metrics: Metrics }

async function listen(config: Config, mirror: Mirror, { inbox, pulse, bell, ...told }: Told): Promise<FastifyInstance> {
  const token = readApiToken(config)
  const secrets = readWebhookSecrets(config)
  if (secrets.length === 0)
    mirror.log.warn('There is no webhook secret: every delivery is refused, and only the cron keeps the copy fresh.')
  const proxied = isProxied(config)
  if (proxied && token === null)
    mirror.log.warn('There is no API token: behind a proxy (listen.proxied) the page and the API answer nobody.')
  const refused = (reason: string) => {
    told.metrics.meter.delivered(reason)
    mirror.log.warn({ status: reason, count: refuse(pulse.refusals, reason) }, 'delivery refused')
  }
  const { url } = config.webhook
  const app = createServer({
    access: { token, proxied, ownOrigin: url ? new URL(url).origin : null, now: mirror.effects.now },
    webhook: { secrets, receive: inbox.hear, refused },
    changes: noticing(pulse, mirror.store.changes.page),
    ...told,
    jobs: jobsOf(mirror, bell.ring),
    log: mirror.log,
  })
  await bind(app, config, mirror.log)
  return app
}

import type { FastifyInstance } from 'fastify'
import { apiToken, type Config, giteaToken, readConfig, webhookSecrets } from '../config.ts'
import { openConfiguredStore, openMirror } from '../daemon.ts'
import { endedBy, realEffects } from '../effects.ts'
import { ConfigError } from '../errors.ts'
import { createMetrics, type Metrics } from '../http/metrics.ts'
import { createServer } from '../http/server.ts'
import { createLog } from '../log.ts'
import type { Mirror } from '../refresh/mirror.ts'
import { isLoopback } from '../rules/loopback.ts'
import { collectStatus } from '../status/collect.ts'
import type { Status } from '../status/shape.ts'
import { systemdNotifier } from '../systemd.ts'
import { type Bell, createBell } from '../work/bell.ts'
import { createInbox, type Inbox } from '../work/inbox.ts'
import { jobsOf } from '../work/jobs.ts'
import { startReconciler } from '../work/reconciler.ts'
import { refuse } from '../work/refusals.ts'
import { newPulse, type Pulse, runService } from '../work/service.ts'
import type { CommonOptions, ExitCode } from './command.ts'

/** Another process's write is waited for so long at a time, for nothing else happens meanwhile; what it stops is tried again. */
const lockWaitMs = 250
/** What is under way when we are told to stop may go on for so long. */
const graceMs = 8000
/** A delivery is taken in milliseconds: who has not said all of it by then never will. */
const closeMs = 2000

/** `rfcached serve`: webhooks in, cron beside, one worker; runs until SIGTERM or SIGINT. SIGHUP changes nothing: it is said. */
export async function serve({ config: path }: CommonOptions): Promise<ExitCode> {
  const config = readConfig(path)
  const log = createLog(config.log.level)
  const stopping = new AbortController()
  const abandoning = new AbortController()
  using store = openConfiguredStore(config)
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
  const app = await listen(config, mirror, { inbox, pulse, bell, status, metrics })
  await using notifier = notify(pulse, mirror)
  onSignals(log, () => {
    notifier.stopping()
    stopping.abort()
    setTimeout(() => abandoning.abort(), graceMs).unref()
    void close(app)
  })
  try {
    const abandon = () => abandoning.abort()
    await runService({ mirror, pulse, bell, retention: config.retention, signal: stopping.signal, abandon })
  } finally {
    await close(app)
  }
  log.info('stopped')
  return 0
}

/** Takes no more deliveries; Node cuts nobody off any more once it is told to close. */
async function close(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), closeMs)
  await app.close()
  clearTimeout(late)
}

type Told = { inbox: Inbox; pulse: Pulse; bell: Bell; status: () => Status; metrics: Metrics }

async function listen(config: Config, mirror: Mirror, { inbox, pulse, bell, ...told }: Told): Promise<FastifyInstance> {
  const { host, port } = config.listen
  const token = apiToken(config, process.env)?.value ?? null
  if (token === null && !isLoopback(host))
    throw new ConfigError(
      `rfcached does not listen on ${host} without an API token.`,
      'Put one into the file api.tokenFile names or into RFCACHED_API_TOKEN, or listen on 127.0.0.1.',
    )
  const { current, previous } = webhookSecrets(config, process.env)
  const secrets = [current, previous].flatMap((secret) => (secret ? [secret.value] : []))
  if (secrets.length === 0)
    mirror.log.warn('There is no webhook secret: every delivery is refused, and only the cron keeps the copy fresh.')
  const refused = (reason: string) => {
    told.metrics.meter.delivered(reason)
    mirror.log.warn({ status: reason, count: refuse(pulse.refusals, reason) }, 'delivery refused')
  }
  const { url } = config.webhook
  const app = createServer({
    access: { token, ownOrigin: url ? new URL(url).origin : null, now: mirror.effects.now },
    webhook: { secrets, receive: inbox.hear, refused },
    changes: mirror.store.changes.page,
    ...told,
    jobs: jobsOf(mirror, bell.ring),
    log: mirror.log,
  })
  try {
    const address = await app.listen({ host, port })
    mirror.log.info({ address }, 'listening')
    return app
  } catch (cause) {
    throw new ConfigError(
      `rfcached cannot listen on ${host}:${port}.`,
      'Does another process listen there? Set listen.port in the configuration.',
      { cause },
    )
  }
}

/** Tells systemd that we are ready, and that we live for as long as the worker does. */
function notify(pulse: Pulse, { effects }: Mirror) {
  const notifier = systemdNotifier(process.env)
  notifier.ready()
  const { watchdogMs } = notifier
  const alive = () => watchdogMs !== null && effects.now() - pulse.beatAt < 30 * watchdogMs && notifier.alive()
  const timer = watchdogMs === null ? undefined : setInterval(alive, watchdogMs)
  return { stopping: notifier.stopping, [Symbol.asyncDispose]: async () => clearInterval(timer) }
}

function onSignals(log: Mirror['log'], stop: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      stop()
    })
  }
  process.on('SIGHUP', () => log.info('SIGHUP reopens nothing: restart rfcached to read its configuration again.'))
}

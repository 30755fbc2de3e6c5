import type { FastifyInstance } from 'fastify'
import { apiToken, type Config, webhookSecrets } from '../../config.ts'
import { ConfigError } from '../../errors.ts'
import type { Mirror } from '../../refresh/mirror.ts'
import { isLoopback } from '../../rules/loopback.ts'
import { systemdNotifier } from '../../systemd.ts'

/** A delivery is taken in milliseconds: who has not said all of it by then never will. */
const closeMs = 2000

/** The token for others than this machine; null: there is none. @throws ConfigError when it would listen to others without one. */
export function readApiToken(config: Config): string | null {
  const { host } = config.listen
  const token = apiToken(config, process.env)?.value ?? null
  if (token === null && !isLoopback(host))
    throw new ConfigError(
      `rfcached does not listen on ${host} without an API token.`,
      'Put one into the file api.tokenFile names or into RFCACHED_API_TOKEN, or listen on 127.0.0.1.',
    )
  return token
}

/** What deliveries may be signed with. @throws ConfigError */
export function readWebhookSecrets(config: Config): string[] {
  const { current, previous } = webhookSecrets(config, process.env)
  return [current, previous].flatMap((secret) => (secret ? [secret.value] : []))
}

/** Listens where the configuration says. @throws ConfigError when it cannot. */
export async function bind(
  app: FastifyInstance,
  { listen: { host, port } }: Config,
  log: Mirror['log'],
): Promise<void> {
  try {
    const address = await app.listen({ host, port })
    log.info({ address }, 'listening')
  } catch (cause) {
    throw new ConfigError(
      `rfcached cannot listen on ${host}:${port}.`,
      'Does another process listen there? Set listen.port in the configuration.',
      { cause },
    )
  }
}

/** Takes no more deliveries; Node cuts nobody off any more once it is told to close. */
export async function close(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), closeMs)
  await app.close()
  clearTimeout(late)
}

/** Tells systemd that we are ready, and that we live for as long as the worker, silent for so many ms, does. */
export function notify(silentMs: () => number) {
  const notifier = systemdNotifier(process.env)
  notifier.ready()
  const { watchdogMs } = notifier
  const alive = () => watchdogMs !== null && silentMs() < 30 * watchdogMs && notifier.alive()
  const timer = watchdogMs === null ? undefined : setInterval(alive, watchdogMs)
  const { stopping, status } = notifier
  return { stopping, status, [Symbol.asyncDispose]: async () => clearInterval(timer) }
}

/** Has SIGTERM and SIGINT stop us; SIGHUP changes nothing: it is said. */
export function onSignals(log: Mirror['log'], stop: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      stop()
    })
  }
  process.on('SIGHUP', () => log.info('SIGHUP reopens nothing: restart rfcached to read its configuration again.'))
}

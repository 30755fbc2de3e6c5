import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Status } from '../status/shape.ts'
import type { ChangesPage } from '../store/changes.ts'
import { changesRoutes } from './changes.ts'
import { healthRoutes, statusRoutes } from './status.ts'
import { type WebhookOptions, webhookRoutes } from './webhook.ts'

export type ServerOptions = {
  webhook: WebhookOptions
  changes: (since: number, limit: number) => ChangesPage
  status: () => Status
  log: FastifyBaseLogger
}

const deadlineMs = 10_000
/** Node looks for late clients every 30 s unless told. */
const checkEveryMs = 1000

/** The daemon's HTTP: webhooks in, health out. A client that sends its headers or its body too slowly is cut off. */
export function createServer({ webhook, changes, status, log }: ServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: deadlineMs,
    http: { connectionsCheckingInterval: checkEveryMs },
    connectionTimeout: 2 * deadlineMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
  })
  app.server.headersTimeout = deadlineMs
  app.register(webhookRoutes, webhook)
  app.register(healthRoutes, { status })
  app.register(readApi, { changes, status })
  return app
}

const loopbackNames = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|::1)$/

/** The read API is for this machine: what came through a proxy came from elsewhere. */
async function readApi(
  app: FastifyInstance,
  { changes, status }: Pick<ServerOptions, 'changes' | 'status'>,
): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    const isProxied = Object.keys(request.headers).some(
      (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
    )
    // A name that only leads here is how a web page would read it (DNS rebinding).
    if (isProxied || !loopbackNames.test(request.hostname))
      return reply
        .code(403)
        .send({ error: 'The read API answers this machine only, and this request came through a proxy.' })
  })
  await app.register(changesRoutes, { read: changes })
  await app.register(statusRoutes, { status })
}

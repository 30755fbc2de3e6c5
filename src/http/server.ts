import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Status } from '../status/shape.ts'
import type { ChangesPage } from '../store/changes.ts'
import { type AccessOptions, createAccess, guard } from './access.ts'
import { changesRoutes } from './changes.ts'
import { type Metrics, metricsRoutes } from './metrics.ts'
import { healthRoutes, statusRoutes } from './status.ts'
import { type WebhookOptions, webhookRoutes } from './webhook.ts'

export type ServerOptions = {
  access: AccessOptions
  webhook: WebhookOptions
  changes: (since: number, limit: number) => ChangesPage
  status: () => Status
  metrics: Metrics
  log: FastifyBaseLogger
}

const deadlineMs = 10_000
/** Node looks for late clients every 30 s unless told. */
const checkEveryMs = 1000

/** The daemon's HTTP: webhooks in, health out. A client that sends its headers or its body too slowly is cut off. */
export function createServer({ access, webhook, changes, status, metrics, log }: ServerOptions): FastifyInstance {
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
  const door = createAccess(access)
  guard(app, door)
  app.register(webhookRoutes, webhook)
  app.register(healthRoutes, { status, access: door })
  app.register(changesRoutes, { read: changes })
  app.register(statusRoutes, { status })
  app.register(metricsRoutes, { status, metrics })
  return app
}

import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Status } from '../status/shape.ts'
import type { ChangesPage } from '../store/changes.ts'
import type { Jobs } from '../work/jobs.ts'
import { type AccessOptions, createAccess, guard } from './access.ts'
import { changesRoutes } from './changes.ts'
import { jobsRoutes } from './jobs.ts'
import { type Metrics, metricsRoutes } from './metrics.ts'
import { describeRoutes } from './openapi.ts'
import { pageRoutes } from './page/routes.ts'
import { answerProblems, answerUnread } from './problems.ts'
import { healthRoutes, statusRoutes } from './status.ts'
import { answerUnparsed } from './unparsed.ts'
import { type WebhookOptions, webhookRoutes } from './webhook.ts'

export type ServerOptions = {
  access: AccessOptions
  webhook: WebhookOptions
  changes: (since: number, limit: number) => ChangesPage
  jobs: Jobs
  status: () => Status
  metrics: Metrics
  log: FastifyBaseLogger
}

/** For a request's headers and for all of it, from the connection or the end of the one before. */
const deadlineMs = 10_000
/** What is said to the API is a line; the webhook has its own limit. */
const bodyLimit = 16 * 1024
/** Node looks for late clients every 30 s unless told. */
const checkEveryMs = 1000

/** The daemon's HTTP: webhooks in; the API, health, metrics and the status page out. A client that sends its headers or its body too slowly is cut off. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { access, webhook, changes, jobs, status, metrics, log } = options
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: deadlineMs,
    bodyLimit,
    http: { headersTimeout: deadlineMs, connectionsCheckingInterval: checkEveryMs },
    forceCloseConnections: 'idle',
    clientErrorHandler: answerUnparsed,
    frameworkErrors: (error, _, reply) => void answerUnread(error, reply),
  })
  const door = createAccess(access)
  guard(app, door)
  answerProblems(app)
  describeRoutes(app)
  app.register(webhookRoutes, webhook)
  app.register(healthRoutes, { status, access: door })
  app.register(changesRoutes, { read: changes })
  app.register(jobsRoutes, { jobs })
  app.register(statusRoutes, { status })
  app.register(metricsRoutes, { status, metrics })
  app.register(pageRoutes, { access: door, status, jobs })
  return app
}

import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { type WebhookOptions, webhookRoutes } from './webhook.ts'

export type ServerOptions = { webhook: WebhookOptions; health: () => Health; log: FastifyBaseLogger }

/** Whether all is well, in a sentence. */
export type Health = { ok: boolean; sentence: string }

const deadlineMs = 10_000

/** The daemon's HTTP: webhooks in, health out. A client that sends its headers or its body too slowly is cut off. */
export function createServer({ webhook, health, log }: ServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    disableRequestLogging: true,
    requestTimeout: deadlineMs,
    connectionTimeout: 2 * deadlineMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
  })
  app.server.headersTimeout = deadlineMs
  app.register(webhookRoutes, webhook)
  app.get('/healthz', async (_, reply) => {
    const { ok, sentence } = health()
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', message: sentence })
  })
  return app
}

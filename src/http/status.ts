import type { FastifyInstance } from 'fastify'
import type { Status } from '../status/shape.ts'

/** `GET /healthz`: 200 while nothing failed and the last complete sweep is recent enough, else 503, with a sentence why. */
export async function healthRoutes(app: FastifyInstance, { status }: { status: () => Status }): Promise<void> {
  app.get('/healthz', async (_, reply) => {
    const { healthy, level, sentence } = status().verdict
    return reply.code(healthy ? 200 : 503).send({ status: level, message: sentence })
  })
}

/** `GET /api/v1/status`: how we are doing, whole. */
export async function statusRoutes(app: FastifyInstance, { status }: { status: () => Status }): Promise<void> {
  app.get('/api/v1/status', async () => status())
}

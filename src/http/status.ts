import type { FastifyInstance } from 'fastify'
import type { Status } from '../status/shape.ts'
import type { Access } from './access.ts'

/** `GET /healthz`: 200 while nothing failed and the last complete sweep is recent enough, else 503; to those who may ask, with a sentence why. */
export async function healthRoutes(
  app: FastifyInstance,
  { status, access }: { status: () => Status; access: Access },
): Promise<void> {
  app.get('/healthz', { config: { access: 'open' } }, async (request, reply) => {
    const { healthy, level, sentence } = status().verdict
    // The sentence may name repositories and addresses.
    const told = access.trust(request) === 'yes' ? { message: sentence } : {}
    return reply.code(healthy ? 200 : 503).send({ status: level, ...told })
  })
}

/** `GET /api/v1/status`: how we are doing, whole. */
export async function statusRoutes(app: FastifyInstance, { status }: { status: () => Status }): Promise<void> {
  app.get('/api/v1/status', async () => status())
}

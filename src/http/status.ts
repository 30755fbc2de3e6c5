import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { sentence } from '../errors.ts'
import { type Status, statusShape } from '../status/shape.ts'
import type { Access } from './access.ts'

const healthShape = z.object({
  status: statusShape.shape.verdict.shape.level,
  message: z.string().optional().describe('Why, for those who may ask'),
})
const healthSchema = {
  summary: 'Whether all is well',
  response: {
    200: healthShape.describe('Nothing failed, and the last complete sweep is recent enough'),
    503: healthShape.describe('Something failed, or no sweep was complete for too long'),
  },
}

/** `GET /healthz`: 200 while nothing failed and the last complete sweep is recent enough, else 503; to those who may ask, with a sentence why. */
export const healthRoutes: FastifyPluginAsyncZod<{ status: () => Status; access: Access }> = async (
  app,
  { status, access },
) => {
  app.get('/healthz', { schema: healthSchema, config: { access: 'open' } }, async (request, reply) => {
    const { healthy, level, sentence: why } = verdict(status)
    // The sentence may name repositories and addresses.
    const told = access.trust(request) === 'yes' ? { message: why } : {}
    return reply.code(healthy ? 200 : 503).send({ status: level, ...told })
  })
}

/** A database that cannot even be read is not healthy either. */
function verdict(status: () => Status): Status['verdict'] {
  try {
    return status().verdict
  } catch (error) {
    return { level: 'failing', healthy: false, sentence: sentence(error) }
  }
}

const statusSchema = { summary: 'How we are doing, whole', response: { 200: statusShape } }

/** `GET /api/v1/status`: how we are doing, whole. */
export const statusRoutes: FastifyPluginAsyncZod<{ status: () => Status }> = async (app, { status }) => {
  app.get('/api/v1/status', { schema: statusSchema }, async () => status())
}

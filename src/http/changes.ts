import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ChangesPage } from '../store/changes.ts'

const mostRows = 1000
const query = z.object({
  since: z.coerce.number().int().nonnegative(),
  limit: z.coerce.number().int().min(1).max(mostRows).default(mostRows),
})

/**
 * `GET /api/v1/changes?since=SEQ`: what moved after that sequence number, oldest first; ask again from the last `seq`. 410 when
 * some of it has been forgotten: read the tables anew and go on from `latest`.
 */
export async function changesRoutes(
  app: FastifyInstance,
  { read }: { read: (since: number, limit: number) => ChangesPage },
): Promise<void> {
  app.get('/api/v1/changes', async (request, reply) => {
    const asked = query.safeParse(request.query)
    if (!asked.success)
      return reply.code(400).send({ error: 'Say ?since=SEQ, a number from an earlier answer or 0 for the beginning.' })
    const page = read(asked.data.since, asked.data.limit)
    if (page.forgotten)
      return reply.code(410).send({
        error: 'Changes that old are forgotten: read the tables anew, then ask from `latest`.',
        latest: page.latest,
      })
    return { changes: page.changes, latest: page.latest }
  })
}

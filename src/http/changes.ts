import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ChangesPage } from '../store/changes.ts'
import { inDigits } from './in-digits.ts'
import { invalid, problem, problemOf } from './problem.ts'

const mostRows = 1000
const seq = z.number().int().nonnegative()
const latest = seq.describe('The newest sequence number')

const schema = {
  summary: 'The change feed: what moved after a sequence number, oldest first',
  querystring: z.object({
    since: inDigits(
      z.number('Say a number from an earlier answer, or 0 for the beginning').int().nonnegative(),
    ).describe('`seq` or `latest` of an earlier answer; 0: from the beginning'),
    limit: inDigits(z.number('Say a number from 1 to 1000').int().min(1).max(mostRows).default(mostRows)),
  }),
  response: {
    200: z.object({
      changes: z.array(
        z.object({
          seq,
          table: z.enum(['cached_rfcs', 'cached_branches', 'cached_prs']),
          key: z.string(),
          op: z.enum(['new', 'changed', 'gone']),
          at: z.number().int().describe('Seconds since 1970'),
        }),
      ),
      latest,
    }),
    400: problemOf('What is said is not right', invalid),
    410: problemOf('Some of it is forgotten', { latest }),
  },
}

/**
 * `GET /api/v1/changes?since=SEQ`: what moved after that sequence number, oldest first; ask again from the last `seq`. 410 when
 * some of it has been forgotten: read the tables anew and go on from `latest`.
 */
export const changesRoutes: FastifyPluginAsyncZod<{ read: (since: number, limit: number) => ChangesPage }> = async (
  app,
  { read },
) => {
  app.get('/api/v1/changes', { schema }, async ({ query: { since, limit } }, reply) => {
    const { changes, latest, forgotten } = read(since, limit)
    if (!forgotten) return { changes, latest }
    const detail = 'Changes that old are forgotten: read the tables anew, then ask from `latest`.'
    return problem(reply, 410, 'Some of it is forgotten', detail, { latest })
  })
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { jobKinds } from '../work/job-kinds.ts'
import { jobShape } from '../work/job-view.ts'
import type { Jobs } from '../work/jobs.ts'
import { inDigits } from './in-digits.ts'
import { invalid, problem, problemOf } from './problem.ts'

const tags = ['jobs']
const kinds = Object.entries(jobKinds).map(([kind, { about }]) => `\`${kind}\` ${about}`)
const kindShape = z.enum(Object.keys(jobKinds)).describe(kinds.join('; '))
const clientShape = z
  .string()
  .regex(/^[\w.-]{1,50}$/, 'Write up to 50 letters, digits, dots, hyphens and underscores')
  .describe('A short name of who asks, for the history; by default the address')
const runShape = z.number('Say the number of a run').int().positive()
const idShape = z.object({ id: inDigits(runShape) })

const answerShape = z.object({ job_id: z.number().int(), status: jobShape.shape.status, message: z.string() })
const wrong = problemOf('What is said is not right', invalid)
const gone = problemOf('There is no such run, or its history is forgotten')
const busy = problemOf('Another process keeps the database locked')

const askShape = {
  tags,
  summary: 'Asks for a run',
  body: z.strictObject(
    { kind: kindShape, client: clientShape.optional() },
    { error: ({ code }) => (code === 'invalid_type' ? 'Send JSON like {"kind":"reconcile"}' : undefined) },
  ),
  response: {
    202: answerShape
      .extend({ coalesced: z.boolean().describe('A run of that kind waited or ran already, and is it') })
      .describe('It is asked for, and begins as soon as no other runs'),
    400: wrong,
    503: busy,
  },
}

const listShape = {
  tags,
  summary: 'Runs, newest first',
  querystring: z.object({
    status: jobShape.shape.status.optional(),
    kind: z.string().optional(),
    limit: inDigits(z.number('Say a number from 1 to 1000').int().min(1).max(1000).default(50)),
    before: inDigits(runShape).optional().describe('Those before this id: the last of an earlier answer'),
  }),
  response: { 200: z.object({ jobs: z.array(jobShape) }), 400: wrong },
}

const showShape = {
  tags,
  summary: 'A run: how far it is, and what it brought',
  params: idShape,
  response: {
    200: jobShape.extend({
      result: z.looseObject({}).describe('What `--json` prints of it; empty until it has ended well'),
    }),
    400: wrong,
    404: gone,
  },
}

const stopShape = {
  tags,
  summary: 'Asks a run to stop',
  params: idShape,
  querystring: z.object({ client: clientShape.optional() }),
  response: {
    202: answerShape.describe('It has failed when it had not begun, and else fails within about a second'),
    400: wrong,
    404: gone,
    409: problemOf('It has ended'),
    503: busy,
  },
}

/** `/api/v1/jobs`: asks for runs, shows them, asks them to stop; each answers at once. */
export const jobsRoutes: FastifyPluginAsyncZod<{ jobs: Jobs }> = async (app, { jobs }) => {
  // Some clients name the type of a body that they do not send.
  const readJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null) : readJson(request, String(body), done),
  )

  app.post('/api/v1/jobs', { schema: askShape }, async (request, reply) => {
    const { kind, client } = request.body
    const { id, coalesced } = jobs.request(kind, nameOf(request, client))
    const status = jobs.find(id)?.status ?? 'pending'
    const message = `${coalesced ? `A ${kind} is ${status} already` : `The ${kind} is asked for`}: GET /api/v1/jobs/${id} shows how far it is.`
    reply.header('location', `/api/v1/jobs/${id}`)
    return reply.code(202).send({ job_id: id, status, message, coalesced })
  })

  app.get('/api/v1/jobs', { schema: listShape }, async ({ query }) => ({ jobs: jobs.list(query) }))

  app.get('/api/v1/jobs/:id', { schema: showShape }, async ({ params: { id } }, reply) => {
    return jobs.find(id) ?? absent(id, reply)
  })

  app.delete('/api/v1/jobs/:id', { schema: stopShape }, async (request, reply) => {
    const { id } = request.params
    const became = jobs.stop(id, nameOf(request, request.query.client))
    if (became === 'unknown') return absent(id, reply)
    if (became === 'ended')
      return problem(
        reply,
        409,
        'It has ended',
        `GET /api/v1/jobs/${id} shows what came of it; POST /api/v1/jobs asks for another.`,
      )
    return became === 'failed'
      ? reply.code(202).send({ job_id: id, status: 'failed', message: 'It had not begun, and never will.' })
      : reply.code(202).send({ job_id: id, status: 'running', message: 'It ends within about a second.' })
  })
}

function nameOf({ ip }: FastifyRequest, client: string | undefined): string {
  return `api:${client ?? ip}`
}

function absent(id: number, reply: FastifyReply): FastifyReply {
  return problem(
    reply,
    404,
    'There is no such run',
    `${id} never was, or is forgotten: GET /api/v1/jobs lists those that are kept.`,
  )
}

import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isSigned } from '../rules/signature.ts'
import type { Delivery } from '../work/receive.ts'

export type WebhookOptions = {
  /** The current secret and, while it is being changed, the previous one; none: every delivery is refused. */
  secrets: string[]
  /** Keeps the delivery; false when its id was seen before. Throws when the database cannot take it. */
  receive: (delivery: Delivery) => boolean | Promise<boolean>
  /** Told of each refusal. */
  refused: (reason: string) => void
}

const path = '/webhooks/gitea'
/** A real push of five commits is 20 KB. */
const bodyLimit = 1024 * 1024
const longestId = 200

const refusalShape = z.object({ error: z.string() })
const schema = {
  summary: "Takes a delivery of Gitea's webhook, whose signature it needs and nothing else",
  consumes: ['application/json', 'application/x-www-form-urlencoded'],
  body: z.looseObject({}).describe('What Gitea sends; a form has it as `payload`'),
  response: {
    200: z.object({ seen: z.string() }).describe('Its id was seen before: nothing is done'),
    202: z.object({ accepted: z.string() }).describe('It is kept, and what it names is asked for'),
    400: refusalShape.describe('It is no JSON object'),
    401: refusalShape.describe('The signature is missing or wrong'),
    413: refusalShape.describe('It is larger than 1 MiB'),
    415: refusalShape.describe('It is neither JSON nor a form'),
    503: refusalShape.describe('The database cannot take it now'),
  },
}

/**
 * `POST /webhooks/gitea`: 202 once a delivery is kept, 200 when it was seen before; 401 for an empty or wrong signature, 415 for
 * another content type, 413 when too large, 400 for what is not JSON, 503 when the database cannot take it. No token is needed.
 */
export const webhookRoutes: FastifyPluginAsyncZod<WebhookOptions> = async (app, { secrets, receive, refused }) => {
  const types = ['application/json', 'application/x-www-form-urlencoded']
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit }, (_, body, done) => done(null, body))
  app.setErrorHandler((error: { statusCode?: number; message: string }, _, reply) => {
    const status = error.statusCode ?? 500
    const reason =
      status === 415
        ? 'The content type must be application/json or a form.'
        : status === 413
          ? 'The body is larger than 1 MiB.'
          : error.message
    return refuse(reply, status, reason)
  })

  const refuse = (reply: FastifyReply, status: number, reason: string) => {
    refused(String(status))
    return reply.code(status).send({ error: reason })
  }

  const options = {
    schema,
    config: { access: 'signed' as const },
    validatorCompiler: () => (value: unknown) => ({ value }),
  }
  app.post(path, options, async (request, reply) => {
    const signed = signedBytes(request)
    if (signed === null) return refuse(reply, 400, 'The form has no payload.')
    if (!isSigned(signed, textHeaders(request), secrets))
      return refuse(reply, 401, 'The signature is missing or wrong.')
    const json = jsonOf(signed)
    if (json === undefined) return refuse(reply, 400, 'The body is not a JSON object.')
    const { id, event } = named(request, signed)
    try {
      return (await receive({ id, event, json }))
        ? reply.code(202).send({ accepted: id })
        : reply.code(200).send({ seen: id })
    } catch (error) {
      request.log.error({ err: error }, 'delivery not kept')
      return refuse(reply, 503, 'The database cannot take it now.')
    }
  })
}

/** The signature covers the JSON: the whole body, or the `payload` of a form. */
function signedBytes({ headers, body }: FastifyRequest): Buffer | null {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  if (!headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded')) return bytes
  const payload = new URLSearchParams(bytes.toString('utf8')).get('payload')
  return payload === null ? null : Buffer.from(payload)
}

function jsonOf(bytes: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function textHeaders({ headers }: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

/** Id and event; a delivery without an id is known by its bytes. */
function named(request: FastifyRequest, bytes: Buffer): { id: string; event: string } {
  const headers = textHeaders(request)
  const first = (name: string) =>
    headers[`x-forgejo-${name}`] ??
    headers[`x-gitea-${name}`] ??
    headers[`x-gogs-${name}`] ??
    headers[`x-github-${name}`]
  const id = first('delivery')
  return {
    id: id && id.length <= longestId ? id : `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    event: (first('event') ?? 'unknown').slice(0, 100),
  }
}

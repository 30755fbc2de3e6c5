import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { sentence, TransientError } from '../errors.ts'
import { problem } from './problem.ts'

const retrySeconds = 1

/** Answers whatever goes wrong, and what is not there, with a problem document; call it before there are routes. */
export function answerProblems(app: FastifyInstance): void {
  const routes: { method: string; path: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`)
    for (const each of [method].flat()) routes.push({ method: each, path })
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const methods = new Set(routes.filter((route) => route.path.test(path)).map(({ method }) => method))
    if (methods.size === 0) return problem(reply, 404, 'There is nothing here', 'GET /openapi.json lists all there is.')
    const allowed = [...methods].sort().join(', ')
    reply.header('allow', allowed)
    return problem(reply, 405, 'Not with this method', `${path} takes ${allowed}.`)
  })
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) return answerInvalid(error, reply)
  if (error instanceof TransientError) {
    reply.header('retry-after', retrySeconds)
    return problem(reply, 503, 'Not possible now', `${sentence(error)} Then try again.`)
  }
  const status = error.statusCode ?? 500
  if (status < 500) return answerUnread(error, reply)
  request.log.error({ err: error }, 'request failed')
  return problem(reply, 500, 'Something went wrong in rfcached', 'Its log says what.')
}

/** What Fastify makes of what it cannot read. */
export function answerUnread({ statusCode = 400, message }: FastifyError, reply: FastifyReply): FastifyReply {
  const said: Record<number, string> = {
    413: 'The body is too large: a line is enough.',
    415: 'Send JSON, and say so: Content-Type: application/json.',
  }
  return problem(reply, statusCode, 'The request cannot be read', said[statusCode] ?? `${message}.`)
}

const places = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' }

function answerInvalid(
  { validation, validationContext = 'body' }: Pick<FastifyError, 'validation' | 'validationContext'>,
  reply: FastifyReply,
): FastifyReply {
  const errors = (validation ?? []).map(({ instancePath, message = 'is not right' }) => ({
    field: instancePath.slice(1).replaceAll('/', '.'),
    message,
  }))
  const said = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
  const detail = `In the ${places[validationContext]}: ${said}. GET /openapi.json describes what may be said.`
  return problem(reply, 400, 'The request is not right', detail, { errors })
}

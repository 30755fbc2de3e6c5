import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import {
  type FastifyPluginAsyncZod,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { z } from 'zod'
import { problemOf } from './problem.ts'

const description =
  'What rfcached offers over HTTP: the change feed of its copy, its runs, and how it is doing. Errors are problem documents (RFC 9457).'

/** Has zod check what is asked and shape what is answered, and describes both; call it before there are routes. */
export function describeRoutes(app: FastifyInstance): void {
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title: 'rfcached', description, version: '1' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The API token' } } },
    },
    transform: described,
  })
  app.register(openapiRoute)
}

/** What the guard answers, before a route is reached. */
const guarded = {
  401: problemOf('The API token is needed'),
  403: problemOf('Only this machine is answered, or another web page sent this'),
  429: problemOf('Too many wrong tokens'),
}

/** A route as OpenAPI has it; this machine needs no token. */
const described: typeof jsonSchemaTransform = (document) => {
  const { schema, route } = document
  if (!schema || route.config?.access) return jsonSchemaTransform(document)
  const response = { ...guarded, ...Object(schema.response) }
  return jsonSchemaTransform({ ...document, schema: { ...schema, response, security: [{}, { token: [] }] } })
}

/** `GET /openapi.json`: every route there is, in OpenAPI 3.1, made of the shapes that check and answer. */
const openapiRoute: FastifyPluginAsyncZod = async (app) => {
  const schema = { summary: 'This description', response: { 200: z.looseObject({ openapi: z.string() }) } }
  app.get('/openapi.json', { schema }, async () => ({ ...app.swagger(), openapi: '3.1.1' }))
}

import type { FastifyReply } from 'fastify'
import { z } from 'zod'

/** A problem document, RFC 9457: what is wrong in few words, and what to do in a sentence. */
export const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
})

/** What a problem document says of a kind of problem that has no address of its own. */
export function problemDocument(status: number, title: string, detail: string): z.infer<typeof problemShape> {
  return { type: 'about:blank', title, status, detail }
}

/** Answers with a problem document; `more` are members of this kind of problem alone. */
export function problem(
  reply: FastifyReply,
  status: number,
  title: string,
  detail: string,
  more: Record<string, unknown> = {},
): FastifyReply {
  const document = { ...problemDocument(status, title, detail), ...more }
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(document)
}

/** For a route's `schema.response`: a problem, and the members that this one has besides. */
export function problemOf(description: string, more: z.ZodRawShape = {}) {
  return { description, content: { 'application/problem+json': { schema: problemShape.extend(more) } } }
}

/** What a 400 has besides: what is wrong with which field. */
export const invalid = { errors: z.array(z.object({ field: z.string(), message: z.string() })).optional() }

import type { FastifyReply } from 'fastify'

/** Answers with a problem document (RFC 9457): what is wrong in few words, and what to do in a sentence. */
export function problem(reply: FastifyReply, status: number, title: string, detail: string): FastifyReply {
  return reply.code(status).type('application/problem+json').send({ type: 'about:blank', title, status, detail })
}

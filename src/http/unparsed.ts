import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problemDocument } from './problem.ts'

/** What Node says of a connection on which no request was heard. */
const said: Record<string, [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request was not whole in time: send it at once.'],
  HPE_HEADER_OVERFLOW: [431, 'The address or the headers are too long.'],
}

/** Answers what is no HTTP, too long or too slow, with a problem document as all else, and hangs up; for Fastify's `clientErrorHandler`. */
export function answerUnparsed(error: Error & { code?: string }, socket: Socket): void {
  const [status, detail] = said[error.code ?? ''] ?? [400, 'What was sent is no HTTP request.']
  const body = JSON.stringify(problemDocument(status, 'The request cannot be read', detail))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  if (error.code !== 'ECONNRESET' && socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy()
}

import { goJson, type Json } from './json.ts'

/** One request: the path with its query as it stood on the wire, header names in lower case. */
export type FakeRequest = { method: string; path: string; headers: Record<string, string>; body: Buffer }

/** One answer; `fault` tells the shell to break it on the way: never send it, drop the connection, or stop half-way. */
export type FakeAnswer = {
  status: number
  headers: Record<string, string>
  body: Buffer
  fault?: 'hang' | 'reset' | 'truncate'
}

/** Thrown by whatever cannot go on; the router gives its answer. */
export class Refusal extends Error {
  readonly answer: FakeAnswer

  constructor(answer: FakeAnswer) {
    super(`refused with ${answer.status}`)
    this.answer = answer
  }
}

/** A JSON answer: one line with a newline at its end, as the servers write it. */
export function json(status: number, value: Json, headers: Record<string, string> = {}): FakeAnswer {
  const body = Buffer.from(`${goJson(value)}\n`)
  return { status, headers: { 'Content-Type': 'application/json;charset=utf-8', ...headers }, body }
}

/** An answer without a body. */
export function nothing(status = 204): FakeAnswer {
  return { status, headers: {}, body: Buffer.alloc(0) }
}

/** The plain text Go's router answers with where no route leads. */
export function noRoute(): FakeAnswer {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8' }
  return { status: 404, headers, body: Buffer.from('404 page not found\n') }
}

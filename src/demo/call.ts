import type { z } from 'zod'
import type { FakeAnswer, FakeRequest } from './answer.ts'
import { failure } from './refusals.ts'
import type { State } from './state/state.ts'
import type { User } from './state/user.ts'

/** One request on its route: who asks, what for, and the fake's state. */
export type Call = {
  state: State
  request: FakeRequest
  /** The path below /api/v1, undecoded. */
  path: string
  /** What the route's `:names` and `*` stood for, decoded. */
  params: Record<string, string>
  query: URLSearchParams
  caller: User | undefined
}

/** A part of the path; a route that asks for one it does not declare is a bug. */
export function param(call: Call, name: string): string {
  const value = call.params[name]
  if (value === undefined) throw new Error(`the route has no :${name}`)
  return value
}

/** Who asks; nobody signed in is refused. */
export function signedIn(call: Call): User {
  if (!call.caller) throw failure(call, 401, 'token is required')
  return call.caller
}

/** The body as the route expects it; anything else is 422, as the servers answer a form that does not bind. */
export function bodyOf<T>(call: Call, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(call.request.body.toString()))
  if (!parsed.success) throw failure(call, 422, parsed.error.issues[0]?.message ?? 'invalid')
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return undefined
  }
}

export type Route = (call: Call) => FakeAnswer

import { json, Refusal } from './answer.ts'
import type { Call } from './call.ts'
import type { State } from './state/state.ts'

/** An error as the server's version words it: a message, and where the API is documented. */
export function refusal({ dialect, url }: State, status: number, message: string): Refusal {
  const key = dialect.since(16) ? 'url' : 'documentation_url'
  return new Refusal(json(status, { message, [key]: `${url}/api/swagger` }))
}

/** The same, of a request that has found its route. */
export function failure(call: Call, status: number, message: string): Refusal {
  return refusal(call.state, status, message)
}

/** Something that is not there, or not for this caller. */
export function absent(call: Call, errors: string[] | null = null, message?: string): Refusal {
  const { dialect, url } = call.state
  const words = dialect.forgejo ? "The target couldn't be found." : dialect.since(16) ? 'not found' : 'Not Found'
  const link = `${url}/api/swagger`
  const inOrder = dialect.since(16)
    ? { errors, message: message ?? words, url: link }
    : { documentation_url: link, errors, message: message ?? words }
  return new Refusal(json(404, inOrder))
}

/** Not for this caller, who may know that it exists. */
export function forbidden(call: Call, message: string): Refusal {
  return failure(call, 403, message)
}

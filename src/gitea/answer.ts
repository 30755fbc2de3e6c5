import type { z } from 'zod'
import { Forbidden, IncompleteListing, TokenRefused, TransientError } from '../errors.ts'
import type { HttpAnswer } from './door.ts'

/** A request waits no longer than this for a Retry-After; who asked for it comes again when it is over. */
export const longestWaitMs = 60_000
/** A Retry-After is believed up to here. */
export const longestRetryAfterMs = 600_000

const scopes = 'the scopes read:repository, read:organization and read:issue'

/** Passes on what can be read, and throws what a status means. @throws TokenRefused on 401, Forbidden on 403, TransientError on 429 and 5xx. */
export function judged(answer: HttpAnswer, method: string, path: string, now: number): HttpAnswer {
  const { status, headers } = answer
  if (status === 401)
    throw new TokenRefused(
      'Gitea refused the token.',
      `Make a new one with ${scopes}, and store it where the old one was.`,
    )
  if (status === 403)
    throw new Forbidden(
      `Gitea does not let the token ${method === 'GET' ? 'read' : 'change'} ${path.split('?')[0]}: ${reason(answer)}`,
      `Give it ${scopes}, and let its user see the organisation.`,
    )
  if (status !== 429 && status < 500) return answer
  throw new TransientError(`Gitea answered ${status} to ${method} ${path}.`, {
    retryAfterMs: retryAfter(headers['retry-after'], now),
  })
}

/** The JSON of an answer in the shape we use. @throws TransientError for a web page, for JSON that is not whole or of another form. */
export function parsed<S extends z.ZodType>({ headers, body }: HttpAnswer, path: string, shape: S): z.infer<S> {
  const type = headers['content-type'] || 'something without a type'
  if (!/json/i.test(type))
    throw new TransientError(
      `Gitea's answer to ${path} is not JSON but ${type}: does gitea.url point at Gitea, or does a proxy answer in its place?`,
    )
  const result = shape.safeParse(jsonOf(body, path))
  if (!result.success)
    throw new TransientError(`Gitea's answer to ${path} is not of the expected form.`, { cause: result.error })
  return result.data
}

function jsonOf(body: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch (cause) {
    throw new TransientError(`Gitea's answer to ${path} is JSON that is not whole.`, { cause })
  }
}

/** Absent things are 404, an empty repository's commits 409, a tree or blob that is not there 400. @throws IncompleteListing for any other status. */
export function absent({ status }: HttpAnswer, path: string): null {
  if ([400, 404, 409].includes(status)) return null
  throw new IncompleteListing(`Gitea answered ${status} to GET ${path}, which is not expected there.`)
}

/** Where a redirect leads, as path and query; null when the answer is none. @throws TransientError when it leaves the origin. */
export function redirect({ status, headers }: HttpAnswer, from: string, origin: string): string | null {
  const location = headers.location
  if (![301, 302, 307, 308].includes(status) || !location) return null
  const to = URL.parse(location, origin + from)
  if (to?.origin !== origin)
    throw new TransientError(
      `Gitea redirects ${from} to ${to ? `another origin, ${to.origin}` : 'what is no address'}, which is not followed.`,
    )
  return to.pathname + to.search
}

function retryAfter(value: string | undefined, now: number): number {
  if (!value) return 0
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestRetryAfterMs) : 0
}

/** What the server says of a refusal, with a full stop. */
export function reason({ body }: HttpAnswer): string {
  const text = Buffer.from(body).toString('utf8').slice(0, 1000)
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.slice(0, 200) || 'it says no reason'
  return said.endsWith('.') ? said : `${said}.`
}

import { type Effects, either } from '../effects.ts'
import { ConfigError, TokenRefused, TooSlow, TransientError } from '../errors.ts'
import type { Meter } from '../meter.ts'
import { judged, longestRetryAfterMs, longestWaitMs, redirect } from './answer.ts'
import type { Door, HttpAnswer } from './door.ts'
import { counted, createTraffic } from './traffic.ts'

const deadlineMs = 180_000
const maxRedirects = 3

export type SenderOptions = {
  door: Door
  /** Gitea's address; a sub-path is fine. */
  url: string
  /** A function is asked for each request, so that a token changed in its file is taken up. */
  token: string | (() => string)
  effects: Effects
  signal?: AbortSignal
  answered?: Meter['answered'] | undefined
}

/** How long one request may take, when it is longer than usual, and what ends it besides. */
export type Patience = { patienceMs?: number; signal?: AbortSignal }

/** A request that changes something; without one it is a GET. */
export type Change = { method: 'POST' | 'DELETE'; body?: object | undefined }

/**
 * Sends one authorised request under api/v1, with a deadline, following the redirects of renamed repositories (301 on Gitea, 307 on
 * Forgejo 7) on the same origin and within the API only. A Retry-After holds every other request back as well.
 */
export function createSender({ door, url, token, effects, signal, answered }: SenderOptions) {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const root = `${base.pathname}api/v1`
  const secretNow = () => (typeof token === 'string' ? token : readable(token))
  const traffic = createTraffic()
  let pausedUntil = 0
  const pauseNow = () => {
    // A longer pause than is ever believed was noted before the clock was set back.
    if (pausedUntil > effects.now() + longestRetryAfterMs) pausedUntil = 0
    return pausedUntil - effects.now()
  }

  /** Waits until Gitea may be asked: who waits may be told meanwhile to wait longer. */
  async function quiet(patience: Patience): Promise<void> {
    for (let pause = pauseNow(); pause > 0; pause = pauseNow()) {
      if (pause > longestWaitMs) throw leftAlone(pause)
      await effects.sleep(pause, either(signal, patience.signal))
    }
  }

  async function once(path: string, change: Change | undefined, patience: Patience): Promise<HttpAnswer> {
    await quiet(patience)
    const secret = secretNow()
    const request = { path, ...withBody(headersWith(secret), change), ...patience }
    const limit = patience.patienceMs ?? deadlineMs
    const end = either(signal, patience.signal)
    const ask = () => withDeadline(limit, (deadline) => door({ ...request, signal: deadline }), effects, end)
    return masked(await counted(traffic, effects, ask, answered), secret)
  }

  async function send(path: string, change?: Change, patience: Patience = {}): Promise<HttpAnswer> {
    patience.signal?.throwIfAborted()
    try {
      const answer = await followed((target) => once(target, change, patience), root + path, base.origin, root)
      return judged(answer, change?.method ?? 'GET', path, effects.now())
    } catch (error) {
      if (error instanceof TransientError && error.retryAfterMs)
        pausedUntil = Math.max(pausedUntil, effects.now() + error.retryAfterMs)
      throw error
    }
  }
  return { send, traffic }
}

function leftAlone(pause: number): TransientError {
  return new TransientError(`Gitea asked to be left alone for ${Math.ceil(pause / 1000)} s more.`, {
    retryAfterMs: pause,
  })
}

/** Without a token nothing can be asked: that is as if Gitea refused it. */
function readable(token: () => string): string {
  try {
    return token()
  } catch (error) {
    throw error instanceof ConfigError ? new TokenRefused(error.message, error.hint, { cause: error }) : error
  }
}

function headersWith(secret: string): Record<string, string> {
  return { accept: '*/*', 'user-agent': 'rfcached', ...(secret ? { authorization: `token ${secret}` } : {}) }
}

/** A refusal without the token that was sent: what it says goes into messages and logs. */
function masked(answer: HttpAnswer, secret: string): HttpAnswer {
  if (answer.status < 400 || !secret) return answer
  return { ...answer, body: Buffer.from(Buffer.from(answer.body).toString('utf8').replaceAll(secret, '[token]')) }
}

function withBody(headers: Record<string, string>, change: Change | undefined) {
  if (!change?.body) return { method: change?.method ?? 'GET', headers }
  const body = JSON.stringify(change.body)
  return { method: change.method, headers: { ...headers, 'content-type': 'application/json' }, body }
}

async function followed(
  once: (path: string) => Promise<HttpAnswer>,
  path: string,
  origin: string,
  root: string,
): Promise<HttpAnswer> {
  let target = path
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await once(target)
    const moved = redirect(answer, target, origin)
    if (!moved) return answer
    // A proxy that gives Gitea a sub-path may not have told it: the way within the API is what counts.
    const within = /^[^?]*\/api\/v1(\/[^?]*(?:\?.*)?)$/.exec(moved)?.[1]
    if (!within) throw new TransientError(`Gitea sends ${path} away to ${moved}, which is not its API.`)
    target = root + within
  }
  throw new TransientError(`Gitea redirects ${path} in a circle.`)
}

/** Runs `send` with a signal that ends it after the deadline, on the handed-in clock. */
async function withDeadline<T>(
  limitMs: number,
  send: (signal: AbortSignal) => Promise<T>,
  { sleep }: Effects,
  outer?: AbortSignal,
): Promise<T> {
  const done = new AbortController()
  const late = new AbortController()
  const stop = outer ? AbortSignal.any([outer, done.signal]) : done.signal
  const timer = sleep(limitMs, stop).then(
    () => late.abort(),
    () => {},
  )
  try {
    return await send(outer ? AbortSignal.any([outer, late.signal]) : late.signal)
  } catch (cause) {
    if (late.signal.aborted) throw new TooSlow(`Gitea gave no whole answer in ${limitMs / 1000} s.`, { cause })
    if (outer?.aborted || cause instanceof TransientError) throw cause
    throw new TransientError('The connection to Gitea broke.', { cause })
  } finally {
    done.abort()
    await timer
  }
}

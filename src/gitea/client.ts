import pLimit, { type LimitFunction } from 'p-limit'
import pRetry from 'p-retry'
import type { z } from 'zod'
import { either, unlessEnded } from '../effects.ts'
import { IncompleteListing, TooSlow, TransientError } from '../errors.ts'
import { absent, longestWaitMs, parsed } from './answer.ts'
import type { HttpAnswer } from './door.ts'
import { type Change, createSender, type Patience, type SenderOptions } from './sender.ts'

/** Requests under way at once; nothing gained from more on Gitea 1.26 or Forgejo 7. */
export const concurrency = 4

const usualRetries = 4

/** `retries`: how often what may go better later is tried again. */
export type ClientOptions = SenderOptions & { retries?: number }
export type Client = ReturnType<typeof clientOver> & {
  /** The same, whose every request ends when the signal aborts. */
  endedBy: (signal: AbortSignal) => Client
}

/**
 * Reads Gitea's API: at most four requests at once, retried here and nowhere else (network, 5xx, 429 and answers that are not
 * whole; never another 4xx).
 * @throws TokenRefused on 401, Forbidden on 403, TransientError when the retries are used up.
 */
export function createClient(options: ClientOptions): Client {
  const sender = createSender(options)
  const limit = pLimit(concurrency)
  const until = (signal: AbortSignal | undefined): Client => ({
    ...clientOver(sender, limit, { ...options, signal }),
    endedBy: (other) => until(either(signal, other)),
  })
  return until(options.signal)
}

type Until = Omit<ClientOptions, 'signal'> & { signal: AbortSignal | undefined }

function clientOver({ send, traffic }: ReturnType<typeof createSender>, limit: LimitFunction, options: Until) {
  const { signal } = options
  const ending = signal ? { signal } : {}
  // What waits behind requests of others ends too.
  const persistent = <T>(attempt: () => Promise<T>, retries = options.retries ?? usualRetries) =>
    unlessEnded(
      retried(() => limit(attempt), { ...options, retries }),
      signal,
    )
  return {
    traffic,
    /** The parsed JSON answer and its headers; `data` is null for a 400, 404 or 409: an absent thing, an empty repository. */
    json: <S extends z.ZodType>(
      path: string,
      shape: S,
      { retries, ...patience }: { retries?: number } & Patience = {},
    ) =>
      persistent(async () => {
        const answer = await send(path, undefined, { ...patience, ...ending })
        const { status, headers } = answer
        return { status, headers, data: status < 300 ? parsed(answer, path, shape) : absent(answer, path) }
      }, retries),
    /** What `check` makes of the raw answer, null for an absent thing; it throws TransientError for a body that is not whole. */
    bytes: <T>(path: string, check: (answer: HttpAnswer) => T | Promise<T>) =>
      persistent(async () => {
        const answer = await send(path, undefined, ending)
        return answer.status < 300 ? await check(answer) : absent(answer, path)
      }),
    /**
     * The raw answer to a change, which is sent once and never again: nobody knows whether an unanswered one was carried out.
     * What a 400, 404, 409 or 422 means is for the caller to say.
     */
    change: (path: string, change: Change): Promise<HttpAnswer> => limit(() => send(path, change, ending)),
  }
}

function retried<T>(
  attempt: () => Promise<T>,
  { effects: { random, sleep }, signal, retries = usualRetries }: Until,
): Promise<T> {
  return pRetry(attempt, {
    retries,
    minTimeout: 0, // the waiting is ours, below: its clock and its randomness are handed in
    shouldRetry: ({ error, attemptNumber }) => isWorthAnother(error, attemptNumber),
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (retriesLeft === 0 || !isWorthAnother(error, attemptNumber)) return
      const backoff = 250 * 2 ** attemptNumber * (0.5 + random())
      await sleep(backoff, signal) // what a Retry-After asks for beyond that, the sender waits for
    },
    ...(signal ? { signal } : {}),
  })
}

/** A 4xx is no other a moment later, a server that asks for a long pause gets it, and one that is slow is asked once more only. */
function isWorthAnother(error: Error, attempts: number): error is TransientError {
  if (!(error instanceof TransientError) || error instanceof IncompleteListing) return false
  return error.retryAfterMs <= longestWaitMs && !(error instanceof TooSlow && attempts > 1)
}

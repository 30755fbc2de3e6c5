import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSame, isSession, newSession } from '../rules/session.ts'
import { createGuesses } from './guesses.ts'
import { clientOf, isForeign, isLocal } from './origin.ts'
import { problem } from './problem.ts'
import { sessionIn } from './session-cookie.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `open`: for everybody, but changes nothing for another web page. `signed`: proves itself, wherever it comes from. */
    access?: 'open' | 'signed'
    /** What a person who has to sign in first is shown instead of a problem; null: whoever asks is none. */
    signInFirst?: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null
  }
}

export type AccessOptions = {
  /** The API token; null: there is none, and only this machine is answered. */
  token: string | null
  /** Whether what comes from this machine may come from elsewhere, through a proxy that need not say so: then it needs the token too. */
  proxied: boolean
  /** The origin of the address that Gitea reaches us at: our pages are there too, whatever Host the proxy sends. */
  ownOrigin: string | null
  /** Milliseconds since 1970. */
  now: () => number
}

/** Who may be told and may do something: `yes`, `no`, or after so many seconds, for too many wrong tokens were said. */
type Trust = 'yes' | 'no' | number
export type Access = ReturnType<typeof createAccess>

/** The door: this machine needs no token when it can be told, everything else does; see `guard`. */
export function createAccess({ token, proxied, ownOrigin, now }: AccessOptions) {
  const guesses = createGuesses(now)

  const tried = (request: FastifyRequest, said: string, token: string): Trust => {
    const client = clientOf(request)
    const wait = guesses.waitSeconds(client)
    if (wait > 0) return wait
    if (isSame(said, token)) return 'yes'
    guesses.failed(client)
    return 'no'
  }

  const isOfHere = (request: FastifyRequest) => !proxied && isLocal(request)

  const trust = (request: FastifyRequest): Trust => {
    if (isOfHere(request)) return 'yes'
    if (token === null) return 'no'
    const session = sessionIn(request.headers.cookie)
    if (session !== null && isSession(session, token, now())) return 'yes'
    const said = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    return said === undefined ? 'no' : tried(request, said, token)
  }

  return {
    hasToken: token !== null,
    /** Whether this machine asks, for certain. */
    isLocal: isOfHere,
    trust,
    isForeign: (request: FastifyRequest) => isForeign(request, ownOrigin),
    /** A session for whoever says the token; else as `trust`. */
    signIn: (request: FastifyRequest, said: string): { session: string } | Exclude<Trust, 'yes'> => {
      if (token === null) return 'no'
      const trusted = tried(request, said, token)
      return trusted === 'yes' ? { session: newSession(token, now()) } : trusted
    },
  }
}

/** Lets nothing through to the routes of `app`, and nothing that has no route, but what may pass; a person without a session is shown where to sign in. */
export function guard(app: FastifyInstance, access: Access): void {
  app.addHook('onRequest', async (request, reply) => {
    const { access: needs, signInFirst } = request.routeOptions.config
    if (needs === 'signed') return
    if (access.isForeign(request))
      return problem(
        reply,
        403,
        'Another web page sent this',
        'What changes something is taken from our own pages only.',
      )
    if (needs === 'open') return
    const trust = access.trust(request)
    if (trust === 'yes') return
    if (!access.hasToken)
      return problem(
        reply,
        403,
        'Only this machine is answered',
        'Others, and whoever may have come through a proxy (listen.proxied), need an API token, and none is configured: see api.tokenFile.',
      )
    if (typeof trust === 'number') {
      reply.header('retry-after', trust)
      return problem(reply, 429, 'Too many wrong tokens', `Try again in ${trust} s.`)
    }
    reply.header('www-authenticate', 'Bearer')
    const shown = signInFirst?.(request, reply)
    if (shown) return shown
    return problem(
      reply,
      401,
      'The API token is needed',
      'Send it as Authorization: Bearer, or sign in at /sign-in. Behind a proxy (listen.proxied) this machine needs it too.',
    )
  })
}

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { z } from 'zod'
import type { Status } from '../../status/shape.ts'
import type { Jobs } from '../../work/jobs.ts'
import type { Access } from '../access.ts'
import { inDigits } from '../in-digits.ts'
import { cameByHttps } from '../origin.ts'
import { sessionCookie } from '../session-cookie.ts'
import { assetRoutes } from './assets.ts'
import { forEverybody, forPeople } from './people.ts'
import { signInPage } from './sign-in.ts'
import { statusPage } from './status-page.ts'

export type PageOptions = {
  access: Access
  status: () => Status
  jobs: Pick<Jobs, 'request' | 'stop'>
}

const by = 'manual:page'
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // With none at all a browser would say of our own forms that they have no origin.
  'referrer-policy': 'same-origin',
}
const longestForm = 4096
const ended = 'You are not signed in any more, so nothing was done. Sign in and press the button again.'
const tokenForm = z.object({ token: z.string() })
const stopForm = z.object({ job: inDigits(z.number().int().positive()) })
const look = {
  ...forPeople,
  config: { signInFirst: (_, reply) => reply.redirect('sign-in', 303) },
} satisfies RouteShorthandOptions
const button = { ...forPeople, config: { signInFirst: sessionEnded } } satisfies RouteShorthandOptions

/** The status page at `/`, its button, and the form to sign in; every address works without a script. */
export async function pageRoutes(app: FastifyInstance, { access, status, jobs }: PageOptions): Promise<void> {
  app.addHook('onRequest', async (_, reply) => void reply.headers(headers))
  acceptForms(app)
  assetRoutes(app)

  app.get('/', look, async (request, reply) =>
    page(reply, 200, statusPage(status(), { signedIn: access.hasToken && !access.isLocal(request) })),
  )
  app.post('/reconcile', button, async (_, reply) => {
    jobs.request('reconcile', by)
    return reply.redirect('./', 303)
  })
  app.post('/stop', button, async (request, reply) => {
    const form = stopForm.safeParse(request.body)
    // One that has ended meanwhile is seen on the page.
    if (form.success) jobs.stop(form.data.job, by)
    return reply.redirect('./', 303)
  })
  signing(app, access)
}

function signing(app: FastifyInstance, access: Access): void {
  app.get('/sign-in', forEverybody, async (request, reply) =>
    access.trust(request) === 'yes' ? reply.redirect('./', 303) : page(reply, 200, signInPage()),
  )
  app.post('/sign-in', forEverybody, async (request, reply) => {
    const said = tokenForm.safeParse(request.body).data?.token.trim() ?? ''
    const answer = access.signIn(request, said)
    if (typeof answer === 'object') return keep(request, reply, answer.session)
    if (answer === 'no')
      return page(reply.header('www-authenticate', 'Bearer'), 401, signInPage('That is not the API token.'))
    return page(
      reply.header('retry-after', answer),
      429,
      signInPage(`Too many wrong tokens: try again in ${answer} s.`),
    )
  })
  app.post('/sign-out', forEverybody, async (request, reply) => keep(request, reply, ''))
}

/** What a browser shows after a button was pressed without a session; our script, which asks for no page, looks again by itself. */
function sessionEnded({ headers: { accept = '' } }: FastifyRequest, reply: FastifyReply): FastifyReply | null {
  if (!accept.includes('text/html')) return null
  return page(reply.headers(headers), 401, signInPage(null, ended))
}

function keep(request: FastifyRequest, reply: FastifyReply, session: string): FastifyReply {
  return reply.header('set-cookie', sessionCookie(session, { isSecure: cameByHttps(request) })).redirect('./', 303)
}

function page(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(text)
}

function acceptForms(app: FastifyInstance): void {
  const type = 'application/x-www-form-urlencoded'
  app.addContentTypeParser(type, { parseAs: 'string', bodyLimit: longestForm }, (_, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  )
}

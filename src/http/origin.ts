import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../rules/loopback.ts'

/** What proxies write: `Forwarded`, `Via`, `X-Forwarded-For`, `X-Real-IP`, `CF-Connecting-IP`, `X-Envoy-…` and the like. */
const proxyHeader = /^(?:via|(?:x-)?(?:forwarded|original|envoy)(?:-.*)?|(?:.*-)?ip)$/

/** Whether a proxy that tells of itself passed it on, so that it came from elsewhere though the socket says loopback. */
function isPassedOn({ headers, raw }: FastifyRequest): boolean {
  // nginx before 1.29.7 tells of itself by its HTTP/1.0 alone when nothing is set; nobody else speaks that any more.
  return raw.httpVersion === '1.0' || Object.keys(headers).some((name) => proxyHeader.test(name))
}

/** Whether somebody on this machine asked, and asked for this machine: a name that only leads here is how a web page would come in (DNS rebinding). */
export function isLocal(request: FastifyRequest): boolean {
  return isLoopback(request.ip) && isLoopback(request.hostname) && !isPassedOn(request)
}

/** Whether the browser that sent it reached the proxy by https. */
export function cameByHttps({ headers }: FastifyRequest): boolean {
  return /^https\b/i.test(text(headers['x-forwarded-proto'])) || /\bproto="?https\b/i.test(text(headers.forwarded))
}

/** Who asks, as well as can be known: behind a proxy of this machine the address that it saw, which it puts last; anybody may write that header. */
export function clientOf({ ip, headers }: FastifyRequest): string {
  if (!isLoopback(ip)) return ip
  const seen = text(headers['x-forwarded-for']).split(',').at(-1)?.trim() ?? ''
  return `${ip} ${seen.slice(0, 100)}`
}

/** Whether a request that changes something was made by another web page; what no browser sends has no origin. `own`: where our pages are beside the host that was asked. */
export function isForeign({ method, headers, host }: FastifyRequest, own: string | null): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin } = headers
  return origin !== undefined && origin !== own && hostOf(origin) !== host.toLowerCase()
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host ?? null
}

function text(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '')
}

import type { Effects } from '../effects.ts'
import { isStop, sentence } from '../errors.ts'
import type { Meter } from '../meter.ts'
import type { HttpAnswer } from './door.ts'

/** What the client has cost so far, how Gitea answers, and its clock; times are milliseconds since 1970, 0: never. */
export type Traffic = {
  requests: number
  /** Requests without an answer, or answered that they cannot be served now (401, 403, 429, 5xx). */
  errors: number
  bytes: number
  slowestMs: number
  /** A moving average of the latest answers; null before the first. */
  latencyMs: number | null
  /** Since when no request was served, and why the latest was not; null while Gitea answers. */
  silent: { since: number; why: string } | null
  /** The latest Date header, and when we read it. */
  serverTime: number
  serverTimeReadAt: number
}

/** How much the latest answer weighs in the average. */
const weight = 0.1
const unserved = (status: number) => [401, 403, 429].includes(status) || status >= 500

export function createTraffic(): Traffic {
  return {
    requests: 0,
    errors: 0,
    bytes: 0,
    slowestMs: 0,
    latencyMs: null,
    silent: null,
    serverTime: 0,
    serverTimeReadAt: 0,
  }
}

/** Does one request and counts it. */
export async function counted(
  traffic: Traffic,
  { now }: Effects,
  ask: () => Promise<HttpAnswer>,
  answered: Meter['answered'] = () => {},
): Promise<HttpAnswer> {
  const began = now()
  traffic.requests++
  try {
    const answer = await ask()
    answered(answer.status, now() - began)
    heard(traffic, answer, began, now())
    return answer
  } catch (error) {
    if (isStop(error)) throw error
    answered(0, now() - began)
    traffic.errors++
    unheard(traffic, began, sentence(error))
    throw error
  }
}

function heard(traffic: Traffic, { status, headers, body }: HttpAnswer, began: number, now: number): void {
  const took = now - began
  traffic.bytes += body.length
  traffic.slowestMs = Math.max(traffic.slowestMs, took)
  traffic.latencyMs = traffic.latencyMs === null ? took : traffic.latencyMs + weight * (took - traffic.latencyMs)
  if (unserved(status)) traffic.errors++
  if (status >= 500) unheard(traffic, began, `Gitea answered ${status}.`)
  else traffic.silent = null
  const date = Date.parse(headers.date ?? '')
  if (Number.isFinite(date)) Object.assign(traffic, { serverTime: date, serverTimeReadAt: now })
}

function unheard(traffic: Traffic, began: number, why: string): void {
  traffic.silent = { since: traffic.silent?.since ?? began, why }
}

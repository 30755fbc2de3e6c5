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
  /** When we read it by the steady clock; NaN: there is none. */
  serverTimeSteadyAt: number
  /** An answer was dated earlier than an earlier one allows: Gitea's clock was set back. Whoever sees to that says false again. */
  wasSetBack: boolean
}

/** Dates are whole seconds, and no two clocks run alike. */
const clockSlackMs = 5000
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
    serverTimeSteadyAt: Number.NaN,
    wasSetBack: false,
  }
}

/** Does one request and counts it. */
export async function counted(
  traffic: Traffic,
  { now, steady = () => Number.NaN }: Effects,
  ask: () => Promise<HttpAnswer>,
  answered: Meter['answered'] = () => {},
): Promise<HttpAnswer> {
  const [began, beganSteady] = [now(), steady()]
  traffic.requests++
  try {
    const answer = await ask()
    answered(answer.status, now() - began)
    heard(traffic, answer, began, now())
    heardTime(traffic, answer, beganSteady, { readAt: now(), steadyAt: steady() })
    return answer
  } catch (error) {
    if (isStop(error)) throw error
    answered(0, now() - began)
    traffic.errors++
    unheard(traffic, began, sentence(error))
    throw error
  }
}

function heard(traffic: Traffic, { status, body }: HttpAnswer, began: number, now: number): void {
  const took = now - began
  traffic.bytes += body.length
  traffic.slowestMs = Math.max(traffic.slowestMs, took)
  traffic.latencyMs = traffic.latencyMs === null ? took : traffic.latencyMs + weight * (took - traffic.latencyMs)
  if (unserved(status)) traffic.errors++
  if (status >= 500) unheard(traffic, began, `Gitea answered ${status}.`)
  else traffic.silent = null
}

/** An answer is dated after it is asked for and before it is read: so much time has passed between the dates of two at least. */
function heardTime(
  traffic: Traffic,
  { headers }: HttpAnswer,
  began: number,
  { readAt, steadyAt }: { readAt: number; steadyAt: number },
): void {
  const date = Date.parse(headers.date ?? '')
  if (!Number.isFinite(date)) return
  if (date + clockSlackMs < traffic.serverTime + (began - traffic.serverTimeSteadyAt)) traffic.wasSetBack = true
  Object.assign(traffic, { serverTime: date, serverTimeReadAt: readAt, serverTimeSteadyAt: steadyAt })
}

function unheard(traffic: Traffic, began: number, why: string): void {
  traffic.silent = { since: traffic.silent?.since ?? began, why }
}

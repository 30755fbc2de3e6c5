import { noRefusals, type Refusals } from './refusals.ts'

/** How the service feels, for health and status. Times are milliseconds since 1970. */
export type Pulse = {
  leads: boolean
  /** When the service began. */
  beganAt: number
  /** When the worker last looked at the queue. */
  beatAt: number
  /** The sentence while Gitea refuses the token: nothing is asked until a probe finds it accepted. */
  refused: string | null
  /** What the database said to each loop, and to the inbox, that could not write it, until it could again. */
  troubles: Map<string, string>
  refusals: Refusals
  /** What was met beside the service that nothing in this process survives. */
  final: unknown
}

/** Of a service that begins now. */
export function newPulse(now: number): Pulse {
  return {
    leads: false,
    beganAt: now,
    beatAt: now,
    refused: null,
    troubles: new Map(),
    refusals: noRefusals(),
    final: null,
  }
}

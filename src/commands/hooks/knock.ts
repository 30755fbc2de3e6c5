import { createHmac } from 'node:crypto'
import { request } from 'undici'

/** What somebody answered where Gitea would call us. */
export type Knock = { at: string; status: number }

export const knowsSecret = 400
export const otherSecret = 401
const patienceMs = 5000

/**
 * Posts a signed body that is no JSON: the daemon checks the signature first (401) and then refuses the body (400), so that
 * nothing is kept. Addresses where nobody answers are left out.
 */
export async function knock(addresses: string[], secret: string): Promise<Knock[]> {
  const knocks = [...new Set(addresses)].map(async (at) => ({ at, status: await post(at, secret) }))
  return (await Promise.all(knocks)).flatMap(({ at, status }) => (status === null ? [] : [{ at, status }]))
}

async function post(at: string, secret: string): Promise<number | null> {
  const body = 'knock'
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-gitea-event': 'knock', 'x-gitea-signature': signature }
  try {
    const answer = await request(at, { method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) })
    await answer.body.dump()
    return answer.statusCode
  } catch {
    return null
  }
}

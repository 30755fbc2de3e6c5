import { createHmac } from 'node:crypto'
import { request } from 'undici'
import { z } from 'zod'

/** Who answered where Gitea would call us: our receiver, which knows the secret or another one, or somebody else. */
export type Knock = { at: string; status: number; who: 'knows' | 'other secret' | 'stranger' }

const patienceMs = 5000
/** How our receiver refuses, and nothing else in rfcached does; proxies do not either. */
const refusalShape = z.strictObject({ error: z.string() })

/**
 * Posts a signed body that is JSON, but no object: our receiver checks the signature first (401) and then refuses the body (400),
 * so that nothing is kept. The first address where anybody answers counts; null: nobody does.
 */
export async function knock(addresses: string[], secret: string): Promise<Knock | null> {
  for (const at of new Set(addresses)) {
    const answer = await post(at, secret)
    if (answer) return { at, ...answer }
  }
  return null
}

async function post(at: string, secret: string): Promise<Omit<Knock, 'at'> | null> {
  const body = '[]'
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-gitea-event': 'knock', 'x-gitea-signature': signature }
  try {
    const answer = await request(at, { method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) })
    const json: unknown = await answer.body.json().catch(() => null)
    return { status: answer.statusCode, who: whoAnswers(answer.statusCode, json) }
  } catch {
    return null
  }
}

function whoAnswers(status: number, json: unknown): Knock['who'] {
  if (!refusalShape.safeParse(json).success) return 'stranger'
  return status === 400 ? 'knows' : status === 401 ? 'other secret' : 'stranger'
}

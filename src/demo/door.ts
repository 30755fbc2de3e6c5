import { TransientError } from '../errors.ts'
import type { FakeGitea } from './fake-gitea.ts'

type DoorRequest = {
  method: string
  path: string
  headers: Record<string, string>
  signal?: AbortSignal
  body?: Uint8Array | string
}
type DoorAnswer = { status: number; headers: Record<string, string>; body: Uint8Array }

/**
 * A door into a fake without any socket: header names come out in lower case, a hanging answer waits until it is
 * aborted, a reset or truncated one rejects as a broken connection does.
 */
export function fakeDoor(fake: FakeGitea): (request: DoorRequest) => Promise<DoorAnswer> {
  return async ({ method, path, headers, signal, body }) => {
    signal?.throwIfAborted()
    const answer = fake.handle({ method, path, headers: lowerCased(headers), body: Buffer.from(body ?? '') })
    if (answer.fault === 'hang') await aborted(signal)
    if (answer.fault === 'reset') throw broken('ECONNRESET')
    if (answer.fault === 'truncate') throw broken('UND_ERR_SOCKET')
    return { status: answer.status, headers: lowerCased(answer.headers), body: answer.body }
  }
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** Never resolves: without a signal it waits for ever, as a request without a deadline would. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** What a real door throws when no whole answer arrives, with the code that node or undici gives the cause. */
function broken(code: string): TransientError {
  return Object.assign(new TransientError(`the connection broke: ${code}`), { code })
}

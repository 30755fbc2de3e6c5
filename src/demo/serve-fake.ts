import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { request as send } from 'undici'
import type { FakeAnswer, FakeRequest } from './answer.ts'
import type { FakeGitea } from './fake-gitea.ts'
import type { Delivery } from './state/state.ts'

export type ServedFake = AsyncDisposable & { url: string }

/**
 * Serves a fake on 127.0.0.1 and sends its webhooks: each once, with five seconds to be answered, as Gitea does. Every answer
 * takes `latencyMs`, as a real server's would.
 */
export async function serveFake(fake: FakeGitea, { latencyMs = 0 } = {}): Promise<ServedFake> {
  const sending = new AbortController()
  const server = createServer((incoming, outgoing) => {
    void answerOver(fake, incoming, outgoing, latencyMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port')
  const url = `http://127.0.0.1:${address.port}`
  fake.listenAt(url)
  fake.onDelivery((delivery) => void post(delivery, sending.signal))
  return {
    url,
    async [Symbol.asyncDispose]() {
      sending.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answerOver(
  fake: FakeGitea,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  latencyMs: number,
): Promise<void> {
  const request = await readRequest(incoming)
  if (latencyMs > 0) await wait(latencyMs)
  const answer = fake.handle(request)
  if (answer.fault === 'hang') return
  if (answer.fault === 'reset') {
    incoming.socket.resetAndDestroy()
    return
  }
  outgoing.sendDate = false
  outgoing.writeHead(answer.status, answer.headers)
  if (answer.fault === 'truncate') breakOff(answer, outgoing)
  else outgoing.end(answer.body)
}

/** Sends half of the body and hangs up. */
function breakOff(answer: FakeAnswer, outgoing: ServerResponse): void {
  outgoing.write(answer.body.subarray(0, answer.body.length >> 1), () => outgoing.destroy())
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  return { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers, body: await buffer(incoming) }
}

/** A receiver that refuses, or is not there, has lost the webhook for good. */
async function post({ url, headers, body }: Delivery, stopped: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(5000)])
  try {
    const answer = await send(url, { method: 'POST', headers, body, signal })
    await answer.body.dump()
  } catch {
    // Lost, as on the real servers: the receiver's reconciler must notice.
  }
}

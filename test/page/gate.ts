import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A gate in front of a server: while it is shut, requests of that path wait in it; open, it passes all on. */
export async function gateBefore(url: string, path: RegExp) {
  let opened = Promise.withResolvers<void>()
  opened.resolve()
  const server = createServer(async (incoming, outgoing) => {
    if (path.test(incoming.url ?? '')) await opened.promise
    const { method, headers } = incoming
    const passed = request(`${url}${incoming.url}`, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut: () => {
      opened = Promise.withResolvers()
    },
    open: () => opened.resolve(),
    async [Symbol.asyncDispose]() {
      opened.resolve()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

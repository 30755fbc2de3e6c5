import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDesk, posted, push } from '../work/desk.ts'

let desk: ReturnType<typeof openDesk>
let port = 0
const timers = new Set<NodeJS.Timeout>()
beforeEach(async () => {
  desk = openDesk()
  const address = await desk.app.listen({ host: '127.0.0.1', port: 0 })
  port = Number(new URL(address).port)
})
afterEach(async () => {
  for (const timer of timers) clearInterval(timer)
  await desk[Symbol.asyncDispose]()
})

const { headers, payload } = posted(push())
const head = (length: number) =>
  [
    'POST /webhooks/gitea HTTP/1.1',
    'Host: rfcached',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${length}`,
  ].join('\r\n')

/** A connection that has sent this much, and all that is answered until it ends. */
function dial(said: string): { socket: Socket; answered: Promise<string> } {
  const socket = connect(port, '127.0.0.1')
  const heard: Buffer[] = []
  socket.on('error', () => {})
  socket.on('data', (bytes) => heard.push(bytes))
  socket.write(said)
  const answered = new Promise<string>((resolve) => socket.on('close', () => resolve(Buffer.concat(heard).toString())))
  return { socket, answered }
}

/** The problem document that an answer is. */
function problemIn(answer: string): unknown {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1.1 4\d\d [\s\S]*^content-type: application\/problem\+json/im)
  return JSON.parse(body)
}

/** Goes on saying a little, for as long as the connection lives. */
function drip(socket: Socket, what: string): void {
  timers.add(setInterval(() => socket.writable && socket.write(what), 200))
}

test('F5: who drips the headers or the body, stops half-way, says nothing or dawdles over a second request is cut off after 10 s', async () => {
  const began = performance.now()
  const start = 'POST /webhooks/gitea HTTP/1.1\r\nHost: rfcached\r\n'
  const late = [dial(start), dial(`${head(1000)}\r\n\r\n`), dial(start), dial(`${head(1000)}\r\n\r\n{`), dial('')]
  const again = dial(`GET /healthz HTTP/1.1\r\nHost: rfcached\r\n\r\n${start}`)
  drip(late[0]!.socket, 'X-Slow: 1\r\n')
  drip(late[1]!.socket, ' ')
  drip(again.socket, 'X-Slow: 1\r\n')
  for (const { answered } of late) expect(problemIn(await answered)).toMatchObject({ status: 408 })
  expect(await again.answered).toMatch(/^HTTP\/1.1 503 .*HTTP\/1.1 408 /s)
  expect(performance.now() - began).toBeGreaterThan(9000)
  expect(performance.now() - began).toBeLessThan(14_000)
  expect(desk.inbox()).toEqual([])
})

test('F5: who keeps a connection without asking anything more is told when it will be closed', async () => {
  const { headers } = await fetch(`http://127.0.0.1:${port}/healthz`)
  expect(headers.get('keep-alive')).toBe('timeout=72')
})

test('F5: a body that says it is too large is refused before it is sent', async () => {
  const { answered } = dial(`${head(1024 * 1024 + 1)}\r\nConnection: close\r\n\r\n`)
  expect(await answered).toMatch(/^HTTP\/1.1 413 /)
})

test('F5: a body without a length is refused once it is too large, however much comes after', async () => {
  const { socket, answered } = dial(`${head(0).replace(/Content-Length: 0/, 'Transfer-Encoding: chunked')}\r\n\r\n`)
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  timers.add(setInterval(() => socket.writable && socket.write(chunk), 5))
  expect(await answered).toMatch(/^HTTP\/1.1 413 /)
})

test('F5: while others are slow, a delivery is taken at once', async () => {
  const slow = Array.from({ length: 50 }, () => dial(`${head(payload.length)}\r\n\r\n`))
  const { answered } = dial(`${head(Buffer.byteLength(payload))}\r\nConnection: close\r\n\r\n${payload}`)
  expect(await answered).toMatch(/^HTTP\/1.1 202 /)
  for (const { socket } of slow) socket.destroy()
})

test.each([
  ['no HTTP at all', 400, 'geheim\r\n\r\n'],
  ['two lengths', 400, `${head(3)}\r\nContent-Length: 4\r\n\r\nabcd`],
  ['a line of 17,000 letters', 431, `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n\r\n`],
])('F5: %s is no request, and that is said', async (_, status, said) => {
  expect(problemIn(await dial(said).answered)).toMatchObject({ status, title: 'The request cannot be read' })
  expect(desk.inbox()).toEqual([])
})

test('F5: of a line of 100,000 letters no more is heard than is refused', async () => {
  expect(await dial(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`).answered).toMatch(/^(HTTP\/1.1 431 |$)/)
})

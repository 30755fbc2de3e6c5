import { readFileSync } from 'node:fs'
import { type Dispatcher, errors, Pool } from 'undici'
import { ConfigError, codeOf, TooSlow, TransientError } from '../errors.ts'

export type HttpRequest = {
  method: string
  path: string
  headers: Record<string, string>
  signal?: AbortSignal
  body?: string
  /** How long the answer's headers may take, when it is another time than usual. */
  patienceMs?: number
}
export type HttpAnswer = { status: number; headers: Record<string, string>; body: Uint8Array }

/** The only way out to the network: one request, one whole answer, no retry. Throws TransientError when none arrives. */
export type Door = (request: HttpRequest) => Promise<HttpAnswer>

/** More than any archive of RFC texts; a larger answer is refused instead of filling the memory. */
const maxAnswerBytes = 512 * 1024 * 1024

/** `connections`: as many as requests may be under way at once. `caFile`: the authorities that count instead of the usual ones. */
type DoorOptions = { connections: number; caFile?: string | undefined; maxBytes?: number }

/**
 * A door to one origin over a keep-alive pool, without pipelining (it gained nothing), with deadlines for connecting, for the
 * headers and between bytes.
 */
export function openDoor(origin: string, { maxBytes = maxAnswerBytes, ...options }: DoorOptions) {
  const ca = options.caFile ? readCa(options.caFile) : undefined
  const pool = new Pool(origin, {
    connections: options.connections,
    pipelining: 1,
    headersTimeout: 150_000,
    bodyTimeout: 30_000,
    connect: { timeout: 10_000, ...(ca ? { ca } : {}) },
  })
  const door: Door = async ({ method, path, headers, signal, body, patienceMs }) => {
    try {
      const patience = patienceMs ? { headersTimeout: patienceMs } : {}
      const answer = await pool.request({
        method,
        path,
        headers,
        signal: signal ?? null,
        body: body ?? null,
        ...patience,
      })
      return { status: answer.statusCode, headers: flat(answer.headers), body: await read(answer, maxBytes) }
    } catch (cause) {
      if (signal?.aborted || cause instanceof TransientError) throw cause
      throw failure(cause, origin)
    }
  }
  return { door, [Symbol.asyncDispose]: () => pool.destroy() }
}

function readCa(file: string) {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new ConfigError(`The certificate file ${file} cannot be read.`, 'Mend gitea.caFile in the configuration.', {
      cause,
    })
  }
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

async function read({ headers, body }: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new TransientError(`An answer is larger than ${maxBytes} bytes.`)
  if (Number(headers['content-length']) > maxBytes) body.destroy(tooLarge())
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function failure(cause: unknown, origin: string): TransientError {
  if (cause instanceof errors.HeadersTimeoutError)
    return new TooSlow(`${origin} accepted the request but sent no answer in time.`, { cause })
  if (cause instanceof errors.BodyTimeoutError)
    return new TooSlow(`${origin} stopped in the middle of an answer.`, { cause })
  return new TransientError(explain(cause, origin), { cause })
}

function explain(cause: unknown, origin: string): string {
  if (cause instanceof errors.ConnectTimeoutError) return `${origin} did not accept a connection in time.`
  if (cause instanceof errors.SocketError) return `${origin} closed the connection before the answer was whole.`
  const code = codeOf(cause)
  if (code === 'ECONNREFUSED') return `Nothing listens at ${origin}.`
  if (code === 'ENOTFOUND') return `The host name of ${origin} is not known.`
  if (/_CERT$|CERT_|VERIFY_LEAF/.test(code)) return `The certificate of ${origin} is not accepted (${code}).`
  return `${origin} could not be reached${code ? ` (${code})` : ''}.`
}

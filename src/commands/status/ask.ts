import { request } from 'undici'
import { apiToken, type Config, originOf } from '../../config.ts'
import { codeOf, sentence, TransientError } from '../../errors.ts'
import { problemShape } from '../../http/problem.ts'
import { type Status, statusShape } from '../../status/shape.ts'

const patienceMs = 5000

/** The status as the daemon of this configuration says it; where it says none, why, in a sentence. @throws TransientError when it says that it cannot look */
export async function askDaemon(
  config: Config,
  environment: Record<string, string | undefined>,
): Promise<Status | string> {
  const address = addressOf(config.listen)
  const answer = await answerOf(`${address}/api/v1/status`, apiToken(config, environment)?.value ?? null)
  if (typeof answer === 'string') return `No rfcached answers at ${address}: ${answer}.`
  if (answer.status === 401 || answer.status === 403)
    return `What answers at ${address} does not tell us (${answer.status}).`
  const { data: problem } = problemShape.safeParse(answer.json)
  if (answer.status === 503 && problem) throw new TransientError(problem.detail)
  const { data } = statusShape.safeParse(answer.json)
  if (!data) return `What answers at ${address} (${answer.status}) is no rfcached of this version.`
  if (data.database.path !== config.database)
    return `The rfcached at ${address} works on another file, ${data.database.path}.`
  return data
}

/** Where it listens, as it is reached from here. */
function addressOf({ host, port }: Config['listen']): string {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  return originOf({ host: everywhere[host] ?? host, port })
}

async function answerOf(url: string, token: string | null): Promise<{ status: number; json: unknown } | string> {
  try {
    const { statusCode, body } = await request(url, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
      signal: AbortSignal.timeout(patienceMs),
    })
    return { status: statusCode, json: await body.json().catch(() => null) }
  } catch (error) {
    return codeOf(error) || sentence(error)
  }
}

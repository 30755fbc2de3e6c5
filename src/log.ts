import pino, { type DestinationStream, type Logger } from 'pino'

/** Names under which a secret could come near a log line. */
const secrets = ['token', 'secret', 'password', 'authorization', 'cookie']

/** One JSON line an event, on standard error unless told otherwise; secrets are cut out by name, wherever they stand. */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const paths = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.headers["x-${name}"]`])
  return pino(
    { level, redact: { paths, censor: '[secret]' }, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  )
}

import pino, { type DestinationStream, type Logger } from 'pino'
import { plain } from './rules/plain.ts'

/** Names under which a secret could come near a log line. */
const secrets = ['token', 'secret', 'password', 'authorization', 'cookie']

/** A text field whose name ends in one of them, in any case and at any depth of a line. */
const secretField = new RegExp(`("[^"]*(?:${secrets.join('|')})":)"(?:[^"\\\\]|\\\\.)*"`, 'gi')

/** One JSON line an event, on standard error unless told otherwise; secrets are cut out by name, wherever they stand, and what a terminal would obey is an escape. */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const paths = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  return pino(
    {
      level,
      redact: { paths, censor: '[secret]' },
      hooks: { streamWrite: (line) => `${plain(line.trimEnd().replaceAll(secretField, '$1"[secret]"'))}\n` },
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../errors.ts'

/** A secret and where it came from; its value goes into no message and no log. */
export type Secret = { value: string; source: string }
export type Environment = Record<string, string | undefined>

/** The secret: a systemd credential, the file the configuration names, or the environment, in that order. @throws ConfigError */
export function readSecret(
  credential: string,
  tokenFile: string | undefined,
  variable: string,
  environment: Environment,
): Secret | null {
  const directory = environment.CREDENTIALS_DIRECTORY
  const fromCredential = directory ? secretIn(join(directory, credential), true) : null
  if (fromCredential) return fromCredential
  if (tokenFile) return secretIn(tokenFile, false)
  const value = environment[variable]?.trim()
  return value ? { value: printable(value, variable), source: variable } : null
}

function secretIn(path: string, mayBeAbsent: boolean): Secret | null {
  const value = textOf(path, mayBeAbsent)
  if (value) return { value: printable(value, path), source: path }
  if (mayBeAbsent) return null // a unit gives credentials that its administrator left out as an empty line
  throw new ConfigError(`The secret file ${path} is empty.`, 'Put the secret into it, alone on a line.')
}

function textOf(path: string, mayBeAbsent: boolean): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (mayBeAbsent) return ''
    throw new ConfigError(
      `The secret file ${path} cannot be read.`,
      'It must exist and be readable by the user that runs rfcached.',
      { cause },
    )
  }
}

/** A secret goes into a header, which holds no line break and no control character. */
function printable(value: string, source: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value
  throw new ConfigError(
    `The secret in ${source} has blanks or characters that no token has.`,
    'Put the secret alone into it.',
  )
}

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { type Environment, readSecret, type Secret } from './config/secret.ts'
import { ConfigError, sentence } from './errors.ts'
import { isLoopback } from './rules/loopback.ts'

const file = z.string().min(1)
const port = z.number().int().min(0).max(65535)

/** config.json, strict: an unknown key is an error. `config.schema.json` is generated from this. */
export const configShape = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds config.schema.json'),
  gitea: z.strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'Write the address of Gitea, like https://git.example.org/' })
      .refine(
        (url) => !URL.parse(url)?.username && !URL.parse(url)?.password,
        'The address must hold no user and password: the token has its own file',
      )
      .describe('Address of Gitea; a sub-path is fine'),
    org: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/, 'Write the name alone, as it stands in the address of the organisation')
      .describe('The organisation (or user) that owns the RFC repositories'),
    metaRepo: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/, 'Write the name alone, without the organisation')
      .describe('Name of the repository that holds rfcs/'),
    botUser: z.string().min(1).describe('Login of the bot that opens pull requests on behalf of people'),
    tokenFile: file
      .optional()
      .describe('File with the token; else $CREDENTIALS_DIRECTORY/gitea-token or RFCACHED_GITEA_TOKEN'),
    caFile: file.optional().describe('Certificate authority of a Gitea whose certificate is not publicly trusted'),
  }),
  database: file.describe('Path of the SQLite file, beside config.json when relative'),
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(8470),
      proxied: z
        .boolean()
        .optional()
        .describe('Whether a proxy on this machine passes requests from elsewhere on; else webhook.url tells'),
    })
    .prefault({}),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).optional(),
      secretFile: file.optional(),
      previousSecretFile: file.optional(),
    })
    .prefault({}),
  api: z
    .strictObject({
      tokenFile: file
        .optional()
        .describe(
          'File with the token that others than this machine need; else as for gitea.tokenFile, api-token or RFCACHED_API_TOKEN',
        ),
    })
    .prefault({}),
  reconcile: z
    .strictObject({
      probe: z.string().default('*/5 * * * *'),
      full: z.string().default('17 */6 * * *'),
      timezone: z.string().default('UTC'),
    })
    .prefault({}),
  retention: z
    .strictObject({ days: z.number().int().min(1).default(30), jobs: z.number().int().min(1).default(1000) })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
})
export type Config = z.infer<typeof configShape>

/** Reads the configuration; paths in it are relative to its folder. @throws ConfigError with one sentence that says what to do. */
export function readConfig(path: string): Config {
  const config = parseConfig(readText(path).replace(/^\uFEFF/, ''), path)
  const beside = (name: string) => resolve(dirname(path), name)
  config.database = beside(config.database)
  for (const part of [config.gitea, config.api]) if (part.tokenFile) part.tokenFile = beside(part.tokenFile)
  if (config.gitea.caFile) config.gitea.caFile = beside(config.gitea.caFile)
  if (config.webhook.secretFile) config.webhook.secretFile = beside(config.webhook.secretFile)
  if (config.webhook.previousSecretFile) config.webhook.previousSecretFile = beside(config.webhook.previousSecretFile)
  return config
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConfigError(
      `The configuration ${path} cannot be read.`,
      'Copy config.example.json there, or name another file with --config or RFCACHED_CONFIG.',
      { cause },
    )
  }
}

/** Parses the text of a config.json. */
export function parseConfig(text: string, path: string): Config {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`${path} is not JSON: ${sentence(cause)}.`, 'Mend it; config.example.json shows the form.', {
      cause,
    })
  }
  const result = configShape.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the whole'}: ${message}`)
  throw new ConfigError(`${path} is not right: ${problems.join('; ')}.`, 'config.example.json shows every option.', {
    cause: result.error,
  })
}

/** The token for Gitea: a systemd credential, the file the configuration names, or the environment, in that order. @throws ConfigError */
export function giteaToken(config: Config, environment: Environment): Secret {
  const secret = readSecret('gitea-token', config.gitea.tokenFile, 'RFCACHED_GITEA_TOKEN', environment)
  if (secret) return secret
  throw new ConfigError(
    'There is no token for Gitea.',
    'Put one into the file gitea.tokenFile names, or into RFCACHED_GITEA_TOKEN.',
  )
}

/** Tokens of so many characters are not guessed. */
const shortestApiToken = 16

/** The token that those need who are not on this machine; null: there is none. @throws ConfigError when it could be guessed. */
export function apiToken({ api }: Config, environment: Environment): Secret | null {
  const secret = readSecret('api-token', api.tokenFile, 'RFCACHED_API_TOKEN', environment)
  if (secret === null || secret.value.length >= shortestApiToken) return secret
  throw new ConfigError(
    `The API token in ${secret.source} has fewer than ${shortestApiToken} characters.`,
    'Make one that nobody guesses: openssl rand -hex 32.',
  )
}

/** What webhooks may be signed with: the current secret, and the previous one while it is being changed. @throws ConfigError */
export function webhookSecrets(
  { webhook }: Config,
  environment: Environment,
): { current: Secret | null; previous: Secret | null } {
  return {
    current: readSecret('webhook-secret', webhook.secretFile, 'RFCACHED_WEBHOOK_SECRET', environment),
    previous: readSecret(
      'webhook-secret-previous',
      webhook.previousSecretFile,
      'RFCACHED_WEBHOOK_SECRET_PREVIOUS',
      environment,
    ),
  }
}

/** Where Gitea reaches the webhook receiver: what the configuration says, else where we listen. */
export function webhookUrl({ webhook, listen }: Config): string {
  return webhook.url ?? listenUrl(listen)
}

/** The receiver as it is reached from this machine. */
export function listenUrl(listen: Config['listen']): string {
  return `${originOf(listen)}/webhooks/gitea`
}

/**
 * Whether what comes from this machine may come from anywhere, through a proxy here: so it is said, or so it must be for Gitea to reach
 * us with TLS, or by a name that is not this machine's alone at another port, or at all while we listen on loopback.
 */
export function isProxied({ webhook, listen }: Config): boolean {
  if (listen.proxied !== undefined || webhook.url === undefined) return listen.proxied ?? false
  const { protocol, hostname, port } = new URL(webhook.url)
  if (protocol === 'https:') return true
  return !isLoopback(hostname) && (Number(port || 80) !== listen.port || isLoopback(listen.host))
}

/** Where it listens, as the origin of a URL. */
export function originOf({ host, port }: Pick<Config['listen'], 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

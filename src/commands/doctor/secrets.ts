import type { Secret } from '../../config/secret.ts'
import { apiToken, isProxied, webhookSecrets } from '../../config.ts'
import type { Patient } from './patient.ts'
import { note, type Verdict, well } from './verdict.ts'

/** Where the token comes from; its value is shown to nobody. */
export function tokenSource({ token, environment }: Patient): Verdict {
  return well(`The token comes from ${sourceOf(token(), environment)}.`)
}

/** Where the webhook secrets come from. */
export function webhookSecretSource({ config, environment }: Patient): Verdict {
  const { current, previous } = webhookSecrets(config, environment)
  if (!current) return note('There is no webhook secret: no webhook is accepted.')
  const also = previous ? `, the previous one from ${sourceOf(previous, environment)}` : ''
  return well(`The webhook secret comes from ${sourceOf(current, environment)}${also}.`)
}

/** Where the token of those comes from who ask over HTTP from elsewhere. */
export function apiTokenSource({ config, environment }: Patient): Verdict {
  const token = apiToken(config, environment)
  if (!token && isProxied(config))
    return note('There is no API token: behind a proxy (listen.proxied) the page and the API answer nobody.')
  if (!token) return note('There is no API token: the page and the API answer this machine only.')
  return well(`The API token comes from ${sourceOf(token, environment)}.`)
}

function sourceOf({ source }: Secret, { CREDENTIALS_DIRECTORY }: NodeJS.ProcessEnv): string {
  if (CREDENTIALS_DIRECTORY && source.startsWith(CREDENTIALS_DIRECTORY)) return `the credential ${source}`
  return source.includes('/') ? `the file ${source}` : `the environment variable ${source}`
}

import { ConfigError, TransientError } from '../../errors.ts'
import { actions, database } from './database.ts'
import { bot, metaRepository, owner, readsIssues, readsOrganisations, readsRepositories } from './organisation.ts'
import type { Patient } from './patient.ts'
import { apiTokenSource, tokenSource, webhookSecretSource } from './secrets.ts'
import { abilities, accepted, answers, clock } from './server.ts'
import { failed, type Verdict, well } from './verdict.ts'

/** What is looked at, if what it needs has not failed. */
type Check = { name: string; needs?: string[]; look: (patient: Patient) => Verdict | Promise<Verdict> }

/** The examination, in its order. */
const checks: Check[] = [
  { name: 'configuration', look: ({ configFile }) => well(`${configFile} is right.`) },
  { name: 'token', look: tokenSource },
  { name: 'webhook secret', look: webhookSecretSource },
  { name: 'API token', look: apiTokenSource },
  { name: 'Gitea', look: answers },
  { name: 'abilities', needs: ['Gitea'], look: abilities },
  { name: 'clock', needs: ['Gitea'], look: clock },
  { name: 'sign-in', needs: ['Gitea', 'token'], look: accepted },
  { name: 'repositories', needs: ['sign-in'], look: readsRepositories },
  { name: 'organisations', needs: ['sign-in'], look: readsOrganisations },
  { name: 'issues', needs: ['sign-in'], look: readsIssues },
  { name: 'owner', needs: ['repositories'], look: owner },
  { name: 'meta repository', needs: ['owner'], look: metaRepository },
  { name: 'bot', needs: ['issues', 'meta repository'], look: bot },
  { name: 'database', look: database },
  { name: 'actions', needs: ['database'], look: actions },
]

/** What came of a check; `skipped`: what it needs failed. */
export type Finding = { check: string; status: Verdict['status'] | 'skipped'; message: string; hint: string | null }

/** Examines everything that can be, one check after the other. */
export async function* examination(patient: Patient): AsyncGenerator<Finding> {
  const lost = new Map<string, string>()
  for (const { name, needs = [], look } of checks) {
    const cause = needs.map((needed) => lost.get(needed)).find((failure) => failure !== undefined)
    const found: Finding = cause
      ? { check: name, status: 'skipped', message: `Not tried, because ${cause} failed.`, hint: null }
      : { check: name, hint: null, ...(await verdictOf(look, patient)) }
    if (cause || found.status === 'failed') lost.set(name, cause ?? name)
    yield found
  }
}

async function verdictOf(look: Check['look'], patient: Patient): Promise<Verdict> {
  try {
    return await look(patient)
  } catch (error) {
    if (error instanceof ConfigError) return failed(error.message, error.hint)
    if (error instanceof TransientError)
      return failed(error.message, "Try again; if it stays, Gitea's own log tells more.")
    throw error
  }
}

import { ConfigError, Forbidden } from '../../errors.ts'
import type { HookPlace } from '../../gitea/api/hooks.ts'
import { callsUs } from '../../rules/hook.ts'
import type { Found, Ground } from './ground.ts'

/** What is known of one place: its hooks, or why Gitea does not show them. */
export type Look = { place: HookPlace; hooks: Found[]; refusal: Forbidden | null }

/** The hooks of the organisation and of its repositories: those that matter (the meta repository first), and the others. */
export type Survey = { organization: Look; followed: Look[]; others: Look[] }

/** Looks at every place where a hook for our address can hang, a request each. */
export async function surveyHooks(ground: Ground): Promise<Survey> {
  const { gitea, owner, metaRepo, copy } = ground
  const meta = await gitea.repos.find(`${owner}/${metaRepo}`)
  if (!meta)
    throw new ConfigError(
      `The meta repository ${owner}/${metaRepo} is not there, or the token may not see it.`,
      'Mend gitea.org and gitea.metaRepo, or give the token the scope read:repository.',
    )
  const all = await gitea.repos.listOf(meta.ownerId)
  const followed = new Set(copy?.followed ?? [])
  const rest = all.filter(({ id }) => id !== meta.id)
  const lookAt = (repos: typeof all) =>
    Promise.all(repos.map(({ fullName }) => look(ground, { level: 'repository', name: fullName })))
  const [organization, matter, others] = await Promise.all([
    look(ground, { level: 'organization', name: owner }),
    lookAt([meta, ...rest.filter(({ id }) => followed.has(id))]),
    lookAt(rest.filter(({ id }) => !followed.has(id))),
  ])
  return { organization, followed: matter, others }
}

async function look({ gitea }: Ground, place: HookPlace): Promise<Look> {
  try {
    const hooks = (await gitea.hooks.list(place)).map((hook) => ({ place, hook }))
    return { place, hooks, refusal: null }
  } catch (error) {
    if (error instanceof Forbidden) return { place, hooks: [], refusal: error }
    throw error
  }
}

/** Every hook that calls our address, wherever it hangs. */
export function ourHooks({ organization, followed, others }: Survey, url: string): Found[] {
  return [organization, ...followed, ...others].flatMap(({ hooks }) => hooks.filter(({ hook }) => callsUs(hook, url)))
}

/** What could not be looked at although it matters, in sentences. */
export function blindSpots({ organization, followed }: Survey): string[] {
  const refused = followed.filter(({ refusal }) => refusal)
  const [first] = refused
  return [
    ...(organization.refusal ? [`The organisation's hooks are not seen: ${told(organization.refusal)}`] : []),
    ...(first?.refusal
      ? [`The hooks of ${refused.map(({ place }) => place.name).join(', ')} are not seen: ${told(first.refusal)}`]
      : []),
  ]
}

function told({ message, hint }: Forbidden): string {
  return `${message} ${hint}`
}

import { ConfigError, Forbidden } from '../../errors.ts'
import type { HookPlace } from '../../gitea/api/hooks.ts'
import { callsUs, faultsOf, keeper, wantedEvents } from '../../rules/hook.ts'
import { type Found, type Ground, placeText } from './ground.ts'
import { deleteHooks, type Report } from './report.ts'
import { type Look, ourHooks, type Survey, surveyHooks } from './survey.ts'
import { type Verdict, verifyDelivery } from './verify.ts'

/** The hooks that deliver from now on: one of the organisation, or one a repository. */
type Chosen = { hooks: (Found & { did: 'kept' | 'made' })[]; notes: string[]; warnings: string[] }
type Wish = { secret: string; rotate: boolean }

/**
 * `hooks install`: exactly one path for each change, whatever was there. New hooks are made and seen to deliver before old ones
 * go; when a new one in the place of a right one does not deliver, everything is left as it was.
 */
export async function installHooks(ground: Ground, wish: Wish): Promise<Report> {
  const survey = await surveyHooks(ground)
  const chosen = await choose(ground, survey, wish)
  const old = ourHooks(survey, ground.url).filter(({ hook }) => !chosen.hooks.some((one) => one.hook === hook))
  const verdict = await verdictOn(ground, survey, chosen, wish.secret)
  const temporary = verdict.temporary ? [verdict.temporary] : []
  if (verdict.verified === false && keeper(old)) return undone(ground, chosen, old, temporary, verdict)
  const { hooks, warnings } = await deleteHooks(ground, [...old, ...temporary])
  const isLost = verdict.verified === false
  const isUntouched = old.length === 0 && chosen.hooks.every(({ did }) => did === 'kept')
  return {
    url: ground.url,
    hooks: [...chosen.hooks, ...hooks.filter(({ hook }) => hook !== verdict.temporary?.hook)],
    verified: verdict.verified,
    notes: [
      ...(isUntouched ? ['Nothing had to be changed.'] : []),
      ...chosen.notes,
      ...(isLost ? [] : [verdict.sentence]),
    ],
    warnings: [...chosen.warnings, ...warnings, ...(isLost ? [verdict.sentence] : [])],
  }
}

async function choose(ground: Ground, survey: Survey, wish: Wish): Promise<Chosen> {
  const ofOrganization = await choice(ground, survey.organization, wish)
  if (!(ofOrganization instanceof Forbidden))
    return { hooks: [ofOrganization], notes: [], warnings: faults([ofOrganization]) }
  if (survey.organization.hooks.some(({ hook }) => callsUs(hook, ground.url))) throw ofOrganization
  return chooseRepositories(ground, survey, wish, ofOrganization)
}

/** The right hook that is there, or a new one, or why there can be none. */
async function choice({ gitea, url }: Ground, look: Look, { secret, rotate }: Wish) {
  if (look.refusal) return look.refusal
  const kept = rotate ? null : keeper(look.hooks.filter(({ hook }) => callsUs(hook, url)))
  if (kept) return { ...kept, did: 'kept' as const }
  try {
    const hook = await gitea.hooks.create(look.place, { url, secret, events: wantedEvents })
    return { place: look.place, hook, did: 'made' as const }
  } catch (error) {
    if (error instanceof Forbidden) return error
    throw error
  }
}

async function chooseRepositories(ground: Ground, survey: Survey, wish: Wish, why: Forbidden): Promise<Chosen> {
  const hooks: Chosen['hooks'] = []
  const refused: { place: HookPlace; why: Forbidden }[] = []
  for (const look of survey.followed) {
    const one = await choice(ground, look, wish)
    if (one instanceof Forbidden) refused.push({ place: look.place, why: one })
    else hooks.push(one)
  }
  const [first] = refused
  if (hooks.length === 0)
    throw new ConfigError(
      `The token may manage neither the organisation's hooks nor the repositories'. ${why.message}`,
      `${why.hint}${first ? ` Or: ${first.why.message} ${first.why.hint}` : ''}`,
    )
  return {
    hooks,
    notes: [fallback(why, survey.organization.refusal !== null)],
    warnings: [...faults(hooks), ...refused.map(without), ...unknown(ground)],
  }
}

function fallback({ message, hint }: Forbidden, isBlind: boolean): string {
  return [
    "Each repository has a hook of its own, because the token may not manage the organisation's.",
    message,
    hint,
    'Repositories made later need `rfcached hooks install` again.',
    ...(isBlind
      ? ['Should the organisation have a hook for this address too, changes are delivered twice: no harm.']
      : []),
  ].join(' ')
}

function without({ place, why }: { place: HookPlace; why: Forbidden }): string {
  return `${place.name} has no hook and is only looked at by cron. ${why.message} ${why.hint}`
}

function unknown({ copy, metaRepo }: Ground): string[] {
  if (copy?.followed) return []
  return [
    `Only ${metaRepo} has a hook: which repositories are followed is known after the first \`rfcached reconcile --once\`. Say \`rfcached hooks install\` again then.`,
  ]
}

/** A server that knows other events than those seen so far. */
function faults(hooks: Chosen['hooks']): string[] {
  return hooks
    .filter(({ did, hook }) => did === 'made' && faultsOf(hook).length > 0)
    .map(({ hook, place }) => `Hook ${hook.id} of ${placeText(place)}, as Gitea made it, ${faultsOf(hook).join(', ')}.`)
}

/** An organisation's hook that stays is not tested: its secret could not be told by the test. */
async function verdictOn(ground: Ground, { followed }: Survey, { hooks }: Chosen, secret: string): Promise<Verdict> {
  const [first] = hooks
  const meta = followed[0]?.place.name
  if (!first || !meta) throw new Error('there is a hook and a meta repository')
  if (first.place.level === 'organization' && first.did === 'kept') return { verified: null, sentence: kept(ground) }
  return verifyDelivery(ground, secret, first, meta)
}

function kept({ copy, effects }: Ground): string {
  const unknowable =
    'Gitea never shows a secret, so nobody knows from here whether the hook has the one configured; `rfcached hooks install --rotate` makes sure.'
  if (!copy) return unknowable
  const recent = copy.deliveriesSince(effects.now() - 86_400_000)
  const newest = recent.at(-1)
  return newest
    ? `${unknowable} The newest of ${recent.length} deliveries in the last 24 hours arrived at ${new Date(newest.received_at).toISOString()}.`
    : `${unknowable} No delivery arrived in the last 24 hours.`
}

async function undone(
  ground: Ground,
  chosen: Chosen,
  old: Found[],
  temporary: Found[],
  verdict: Verdict,
): Promise<Report> {
  const made = chosen.hooks.filter(({ did }) => did === 'made')
  const { warnings } = await deleteHooks(ground, [...made, ...temporary])
  return {
    url: ground.url,
    hooks: old.map((one) => ({ ...one, did: 'kept' as const })),
    verified: false,
    failed: true,
    notes: ['The new hook was removed again, and what was there before stays.'],
    warnings: [verdict.sentence, ...warnings],
  }
}

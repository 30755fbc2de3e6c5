import { IncompleteListing } from '../errors.ts'
import type { Refs } from '../gitea/api/refs.ts'
import type { MovedPull, Repo } from '../gitea/shapes.ts'
import { readBranchName } from '../rules/branch-name.ts'
import { gathered, type Target, targetName } from '../rules/target.ts'
import type { RepoRow } from '../store/repos.ts'
import { type Mirror, metaRepo, serverNow, watermark } from './mirror.ts'
import { listedRow, miscounts } from './repos.ts'

/** What a probe saw: the targets to ask for, how many moved without a webhook telling, and whether the server's time went back. */
export type Probed = { asked: Target[]; missed: number; wentBack: boolean }

/**
 * A read that began this much after a change saw it: Gitea's times are whole seconds, and taken before what they are of can be read.
 * The second look after a webhook, 5 s later by a Date that may be a second old, is long enough after.
 */
const settledAfterMs = 4000
/** A webhook may still be under way: the real servers' own lag was 2.1 s at worst. */
const webhookLagMs = 15_000

/** What may differ: `at`, when it moved by the server's clock; `seen`: it was compared, and does differ. */
type Suspect = { target: Target; coveredBy: Target[]; at: number; seen?: true }

/**
 * Asks Gitea what moved, in three requests when nothing did: the owner's repositories newest first, the pulls changed since the
 * watermark, the meta repository's refs. Asks for the targets that may differ from what is held, and moves the watermark on.
 */
export async function probe(mirror: Mirror): Promise<Probed> {
  const { store, effects, gitea } = mirror
  const since = store.settings.get('probe_since')
  const { newest, refs, moved, startedAt } = await look(mirror, since)
  const listing = repoTargets(mirror, newest)
  const suspects = [...listing.suspects, ...pullSuspects(mirror, moved), ...refTargets(mirror, newest.repos, refs)]
  const unsettled = suspects.filter((suspect) => !isSettled(mirror, suspect))
  const asked = gathered([...listing.asks, ...unsettled.map(({ target }) => target)])
  const isMissed = ({ target, at }: Suspect) =>
    at + webhookLagMs < startedAt && !store.targets.isPending(targetName(target))
  const missed = unsettled.filter(isMissed).length
  const isEarlier = since !== null && startedAt < Date.parse(since)
  const wentBack = listing.wentBack || isEarlier || gitea.traffic.wasSetBack
  store.transaction(() => {
    for (const target of asked) store.targets.ask({ target: targetName(target), at: effects.now() })
    for (const repo of newest.repos) store.repos.saw(repo)
    store.settings.set('probe_since', watermark(startedAt))
    // What was read before counts as read later than what happens now: by such times nothing is settled.
    if (wentBack) store.targets.forgetReadings()
    noteMissed(mirror, missed)
  })
  gitea.traffic.wasSetBack = false
  return { asked, missed, wentBack }
}

/** Where the first probe looks from: the whole sweep that begins now has listed nothing but the repositories yet. */
export function beginProbing(mirror: Mirror): void {
  const { store } = mirror
  if (store.settings.get('probe_since') !== null) return
  store.transaction(() => store.settings.set('probe_since', watermark(serverNow(mirror))))
}

/** Counts changes that a sweep saw first: their webhooks did not come. For the caller's transaction. */
export function noteMissed({ store, effects }: Mirror, missed: number): void {
  if (missed === 0) return
  store.activity.add(effects.now(), { missed })
  store.settings.set('missed_webhooks', Number(store.settings.get('missed_webhooks') ?? 0) + missed)
}

/** The three requests. */
async function look(mirror: Mirror, since: string | null) {
  const { gitea, store, owner } = mirror
  const ownerId = Number(store.settings.get('owner_id'))
  const [newest, refs] = await Promise.all([
    gitea.repos.newestOf(ownerId, since),
    gitea.refs.list(metaRepo(mirror).full_name),
  ])
  const startedAt = serverNow(mirror)
  const moved = since === null ? [] : await gitea.pulls.movedSince(owner, since)
  return { newest, refs, moved, startedAt }
}

/** Settled: a refresh that covers it began to read long enough after it moved, by the server's clock. */
function isSettled({ store }: Mirror, { target, coveredBy, at, seen }: Suspect): boolean {
  if (seen) return false
  const readFrom = Math.max(...[target, ...coveredBy].map((one) => store.targets.readFrom(targetName(one))))
  return readFrom >= at + settledAfterMs
}

function repoTargets(
  mirror: Mirror,
  newest: { repos: Repo[]; total: number },
): { asks: Target[]; suspects: Suspect[]; wentBack: boolean } {
  const { store, gitea } = mirror
  const known = new Map(store.repos.all().map((repo) => [repo.id, repo]))
  const meta = store.repos.meta()
  if (newest.repos.length === 0) throw new IncompleteListing("The listing of the owner's repositories is empty.")
  const differs =
    newest.total !== known.size || newest.repos.some((repo) => looksOther(repo, known.get(repo.id), meta?.id ?? 0))
  const suspects = newest.repos.flatMap((repo): Suspect[] => {
    const row = known.get(repo.id)
    if (!row?.rfc_slug || !repo.updatedAt) return []
    const at = Date.parse(repo.updatedAt)
    const whole: Target = { kind: 'rfc-repo', repoId: row.id }
    if (miscounts(mirror, row, repo)) return [{ target: whole, coveredBy: [], at, seen: true }]
    return [{ target: { kind: 'refs', repoId: row.id }, coveredBy: [whole], at }]
  })
  const wentBack = newest.repos.some(
    (repo) => (repo.updatedAt ?? '') < (known.get(repo.id)?.updated_at ?? '') && gitea.traffic.serverTime > 0,
  )
  return { asks: differs ? [{ kind: 'repos' }] : [], suspects, wentBack }
}

/** What no webhook and no updated_at tells on Gitea 1.26, but the listing shows. */
function looksOther(repo: Repo, row: RepoRow | undefined, metaId: number): boolean {
  if (!row) return true
  const shown = listedRow(repo, metaId)
  return (
    shown.full_name !== row.full_name ||
    shown.default_branch !== row.default_branch ||
    shown.private !== row.private ||
    shown.has_pulls !== row.has_pulls
  )
}

function pullSuspects({ store }: Mirror, moved: MovedPull[]): Suspect[] {
  const meta = store.repos.meta()
  return moved.flatMap(({ number, repository, updated_at }): Suspect[] => {
    const at = Date.parse(updated_at ?? '')
    if (!Number.isFinite(at)) return []
    if (repository.id === meta?.id)
      return [{ target: { kind: 'meta-pull', number }, coveredBy: [{ kind: 'meta-pulls' }], at }]
    if (!store.repos.byId(repository.id)?.rfc_slug) return []
    return [
      {
        target: { kind: 'pull', repoId: repository.id, number },
        coveredBy: [{ kind: 'rfc-repo', repoId: repository.id }],
        at,
      },
    ]
  })
}

/** The meta repository's refs are compared at once with what is held; its updated_at tells when a push moved them. */
function refTargets(mirror: Mirror, newest: Repo[], { branches, pulls }: Refs): Suspect[] {
  const { store } = mirror
  const meta = metaRepo(mirror)
  const at = Date.parse(newest.find((repo) => repo.id === meta.id)?.updatedAt ?? '') || Number.POSITIVE_INFINITY
  const differing = (target: Target): Suspect => ({ target, coveredBy: [], at, seen: true })
  const tipMoved = (branches.get(meta.default_branch) ?? null) !== meta.tip
  const edits = [...branches].filter(([name]) => readBranchName(name)?.kind === 'meta_body_edit')
  const held = store.branches.heads(meta.full_name)
  const editsMoved = edits.length !== held.size || edits.some(([name, sha]) => held.get(name) !== sha)
  const heads = store.pulls
    .live(meta.full_name)
    .filter(({ pr_number, head_sha }) => (pulls.get(pr_number) ?? null) !== head_sha)
  return [
    ...(tipMoved ? [differing({ kind: 'meta-entries' })] : []),
    ...(tipMoved || editsMoved ? [differing({ kind: 'meta-branches' })] : []),
    ...heads.map(({ pr_number }) => differing({ kind: 'meta-pull', number: pr_number })),
  ]
}

import { z } from 'zod'
import { readBranchName } from './branch-name.ts'
import { gathered, type Target } from './target.ts'

const id = z.number().int().positive()

/** The few fields of a webhook's payload that say where to look; whatever else it claims is not believed. An odd one is none. */
export const payloadShape = z.object({
  action: z.string().max(100).nullish().catch(null),
  ref: z.string().nullish().catch(null),
  ref_type: z.string().nullish().catch(null),
  number: id.nullish().catch(null),
  pull_request: z.object({ number: id.nullish() }).nullish().catch(null),
  issue: z.object({ number: id, pull_request: z.unknown() }).nullish().catch(null),
  repository: z
    .object({ id, full_name: z.string().max(500), default_branch: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
})
export type Payload = z.infer<typeof payloadShape>

/** What we hold of the repository a payload names. */
export type KnownRepo = { full_name: string; is_meta: 0 | 1; rfc_slug: string | null; default_branch: string }

/**
 * What a delivery makes us look at: a pull when it is about one, the refs of the repository when it is about a branch, the owner's
 * listing when a repository came, went or looks other than we know it (renames and new default branches have no event).
 * `pulls` are those of the branch that a `delete` names: closed or retargeted with it, or it only has another name now, which moves no
 * time of theirs; of many the listing is asked for.
 */
export function targetsOf(
  event: string,
  payload: Payload,
  owner: string,
  known: KnownRepo | null,
  pulls: number[] = [],
): Target[] {
  const { repository } = payload
  if (!repository || repository.full_name.split('/')[0]?.toLowerCase() !== owner.toLowerCase()) return []
  if (event === 'repository' || !known) return [{ kind: 'repos' }]
  const moved: Target[] = looksOther(repository, known) ? [{ kind: 'repos' }] : []
  const repo = { ...known, id: repository.id }
  if (['push', 'create', 'delete'].includes(event))
    return [...moved, ...refTargets(payload, repo), ...gathered(pulls.flatMap((number) => pullTarget(number, repo)))]
  if (event.startsWith('pull_request') || event === 'issue_comment') return [...moved, ...pullTargets(payload, repo)]
  return moved
}

function looksOther(
  shown: { full_name: string; default_branch?: string | null | undefined },
  known: KnownRepo,
): boolean {
  return (
    shown.full_name !== known.full_name || (!!shown.default_branch && shown.default_branch !== known.default_branch)
  )
}

function refTargets(payload: Payload, repo: KnownRepo & { id: number }): Target[] {
  const branch = branchOf(payload)
  if (branch === null) return []
  if (!repo.is_meta) return repo.rfc_slug === null ? [] : [{ kind: 'refs', repoId: repo.id }]
  if (branch === repo.default_branch) return [{ kind: 'meta-entries' }, { kind: 'meta-branches' }]
  return readBranchName(branch)?.kind === 'meta_body_edit' ? [{ kind: 'meta-branches' }] : []
}

/** The branch a payload is about. `create` and `delete` carry a short ref on Gitea and a full one on Forgejo 7; a push always a full one. */
export function branchOf({ ref, ref_type: type }: Payload): string | null {
  if (type === 'tag' || !ref) return null
  if (ref.startsWith('refs/heads/')) return ref.slice('refs/heads/'.length)
  return type === 'branch' ? ref : null
}

function pullTargets({ number, pull_request, issue }: Payload, repo: KnownRepo & { id: number }): Target[] {
  if (issue && !issue.pull_request) return []
  const which = pull_request?.number ?? number ?? issue?.number
  return which ? pullTarget(which, repo) : []
}

function pullTarget(number: number, repo: KnownRepo & { id: number }): Target[] {
  if (repo.is_meta) return [{ kind: 'meta-pull', number }]
  return repo.rfc_slug === null ? [] : [{ kind: 'pull', repoId: repo.id, number }]
}

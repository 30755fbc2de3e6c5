import { laneOf, type Target } from '../rules/target.ts'
import { utcOf } from '../rules/time.ts'
import type { Picture, RepoSeen } from '../store/picture.ts'
import type { Lane } from '../store/queue-picture.ts'
import type { Status } from './shape.ts'

type Repository = Status['repositories'][number]

/** What the meta repository is read as. */
const metaLanes = (['meta-entries', 'meta-branches', 'meta-pulls'] as const).map((kind) => laneOf({ kind }))

/** The repositories that are followed, the meta repository first; `complete`: when a sweep last saw all that moved. */
export function repositories({ repos, queue }: Picture, now: number, complete: number): Repository[] {
  const lanes = queue.lanes(now)
  const errors = new Map(queue.failing().map(({ lane, last_error }) => [lane, last_error]))
  return repos().map((repo) => {
    const names = repo.is_meta ? metaLanes : [laneOf({ kind: 'rfc-repo', repoId: repo.id } satisfies Target)]
    const its = names.map((name) => lanes.get(name) ?? unasked(name))
    const state = stateOf(repo, its)
    const readAt = Math.min(...its.map(({ read_at }) => read_at ?? 0))
    const confirmed = state === 'fresh' ? Math.max(readAt, complete) : readAt
    const error = names.map((name) => errors.get(name)).find((text) => text !== undefined) ?? null
    return {
      full_name: repo.full_name,
      rfc_slug: repo.rfc_slug,
      state,
      confirmed_at: confirmed === 0 ? null : utcOf(confirmed),
      error,
    }
  })
}

function stateOf(repo: RepoSeen, lanes: Lane[]): Repository['state'] {
  const some = (word: 'failing' | 'under_way' | 'due') => lanes.some((lane) => lane[word] > 0)
  if (some('failing')) return 'failing'
  if (some('under_way')) return 'refreshing'
  if (repo.is_held === 0 && lanes.some((lane) => lane.read_at === null)) return 'never read'
  return some('due') ? 'waiting' : 'fresh'
}

function unasked(lane: string): Lane {
  return { lane, failing: 0, under_way: 0, due: 0, read_at: null }
}

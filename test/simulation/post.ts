import Fastify from 'fastify'
import { describeRoutes } from '../../src/http/openapi.ts'
import { webhookRoutes } from '../../src/http/webhook.ts'
import type { Chance } from './chance.ts'
import { owned } from './changes.ts'
import type { Process } from './process.ts'
import { Found, type Scene } from './scene.ts'
import { pullColumns } from './truth.ts'
import type { Upstream } from './upstream.ts'
import type { Held, Watcher } from './watch.ts'

type Delivery = ReturnType<Upstream['fake']['deliveries']>[number]
/** What a change brought: known once it can be read, which its webhook may not wait for. */
export type Cause = { event: number; moved: string[] }
type Accepted = { cause: Cause; isTold: (fact: string) => boolean; repoId: number }
export type Post = ReturnType<typeof openPost>

let hearer: Process | undefined
const inbox = Fastify()
describeRoutes(inbox)
inbox.register(webhookRoutes, {
  secrets: ['geheim'],
  receive: (delivery) => {
    if (!hearer) throw new Error('Nobody is there.')
    return hearer.hear(delivery)
  },
  refused: () => {},
})
await inbox.ready()

/** The webhooks of a scene: what becomes of them on their way, and what those that were accepted promise. */
export function openPost(scene: Scene) {
  const { clock, timeline, doubtful, up } = scene
  const outbox: Delivery[] = []
  const past: Delivery[] = []
  const accepted: Accepted[] = []
  const state = { isSilent: false }
  up.fake.onDelivery((delivery) => void outbox.push(delivery))

  /** The delivery arrives; accepted: it must never be forgotten. */
  const deliver = async ({ headers, body }: Delivery, cause: Cause | null): Promise<number> => {
    hearer = scene.alive()
    const answer = await inbox.inject({ method: 'POST', url: '/webhooks/gitea', headers, payload: body })
    if ([200, 202].includes(answer.statusCode) && cause) note(body, headers['X-Gitea-Event'] ?? '', cause)
    return answer.statusCode
  }
  const note = (body: Buffer, event: string, cause: Cause) => {
    const payload = JSON.parse(body.toString())
    const repoId = payload.repository.id
    const held = scene.watcher()?.repos().get(repoId)
    if (!held || !(held.is_meta || held.rfc_slug)) return
    const number = payload.pull_request?.number ?? payload.number ?? payload.issue?.number
    const ref = String(payload.ref ?? '').replace('refs/heads/', '')
    const isTold = (name: string) => {
      if (event.startsWith('pull_request') || event === 'issue_comment') return name === `pull ${repoId} ${number}`
      if (!['push', 'create', 'delete'].includes(event)) return false
      if (name === `branch ${repoId} ${ref}`) return !held.is_meta || /^edit[-/]/.test(ref)
      if (ref !== held.default_branch) return false
      return name === `document ${ref} ${repoId}` || (held.is_meta === 1 && name.startsWith(`entry ${ref} `))
    }
    accepted.push({ cause, isTold, repoId })
  }

  const isDoubtful = (fact: string) => doubtful.has(/^entry \w+ rfcs\/(.*)\.md$/.exec(fact)?.[1] ?? '')
  const isDefault = ({ default_branch }: Held, fact: string) =>
    !/^(entry|document) /.test(fact) || fact.split(' ')[1] === default_branch
  const isOff = ({ id }: Held) => owned(up).some((repo) => repo.id === id && !repo.hasPulls)
  const forgotten = (watcher: Watcher, { cause, isTold, repoId }: Accepted): string | undefined => {
    const held = watcher.repos().get(repoId)
    if (!held || !(held.is_meta || held.rfc_slug) || doubtful.has(held.rfc_slug ?? '')) return undefined
    if (timeline.isMixed(repoId) || timeline.now(`name ${repoId}`) === null) return undefined
    return cause.moved.filter(isTold).find((name) => {
      if (isDoubtful(name) || !isDefault(held, name) || (name.startsWith('pull ') && isOff(held))) return false
      const value = shownOf(watcher, held, name)
      return value !== undefined && !timeline.heldSince(name, value, cause.event)
    })
  }
  return {
    state,
    /** Webhooks of what was just done. */
    collect: () => outbox.splice(0),
    /** What becomes of the webhooks of a change: at once, later, twice, never. */
    send: async (deliveries: Delivery[], cause: Cause, when: Chance) => {
      for (const delivery of deliveries) {
        past.push(delivery)
        if (state.isSilent || when.odds(0.3)) continue
        const times = when.odds(0.15) ? 2 : 1
        for (let time = 0; time < times; time++) {
          if (when.odds(0.6)) await deliver(delivery, cause)
          else clock.at(clock.now() + when.below(when.one([1000, 60_000])), null, () => deliver(delivery, cause))
        }
      }
    },
    /** Somebody forges one that was on its way before. */
    forge: async (chance: Chance) => {
      const real = chance.pick(past)
      if (!real) return
      const forged = { 'X-Gitea-Delivery': `forged-${chance.below(1e9)}`, ...unsigned(real.headers, chance) }
      const status = await deliver({ ...real, headers: { ...real.headers, ...forged } }, null)
      if (status < 400) scene.wrong(`forged: a delivery without a right signature was answered ${status}`)
    },
    /** One that was on its way before comes again. */
    repeat: async (chance: Chance) => {
      const real = chance.pick(past)
      if (real) await deliver(real, null)
    },
    /** @throws Found when what an accepted delivery told of is still shown as it was before. */
    remember: () => {
      const watcher = scene.watcher()
      if (!watcher) return
      for (const one of accepted) {
        const name = forgotten(watcher, one)
        if (name) throw new Found(`forgotten: a delivery told of ${name}, and it is still shown as it was before`)
      }
    },
  }
}

function unsigned(headers: Record<string, string>, chance: Chance): Record<string, string> {
  const value = chance.one(['', '0'.repeat(64), 'x'])
  return Object.fromEntries(Object.keys(headers).flatMap((name) => (/Signature/.test(name) ? [[name, value]] : [])))
}

/** How a fact is shown now; undefined where it is nobody's business. */
function shownOf(watcher: Watcher, held: Held, fact: string): string | null | undefined {
  const [what = '', ...words] = fact.split(' ')
  const rest = words.slice(1).join(' ')
  const rfcs = [...watcher.rows('cached_rfcs').values()]
  if (what === 'entry') {
    const row = rfcs.find(({ entry_path }) => entry_path === rest)
    return row && row.removed_at === null ? String(row.entry_sha) : undefined
  }
  if (what === 'document') {
    const row = rfcs.find(({ slug }) => slug === held.rfc_slug)
    return row?.document_sha === null ? null : row && String(row.document_sha)
  }
  if (what === 'branch') {
    const row = [...watcher.rows('cached_branches').values()].find(
      ({ repo, branch_name, state }) => repo === held.full_name && branch_name === rest && state !== 'deleted',
    )
    return row ? String(row.head_sha) : null
  }
  const row = watcher.rows('cached_prs').get(`${held.full_name}#${rest}`)
  if (!row || row.upstream_state === 'deleted') return held.is_meta ? undefined : null
  return JSON.stringify(pullColumns.map((column) => row[column] ?? null))
}

import type { Mirror } from '../refresh/mirror.ts'
import { branchOf, payloadShape, targetsOf } from '../rules/delivery.ts'
import { targetName } from '../rules/target.ts'

/** A delivery whose signature was right. */
export type Delivery = { id: string; event: string; json: unknown }

/** Gitea updates heads and merge flags after it calls. */
const secondLookMs = 5000

/**
 * Keeps a delivery and asks for what it names, in one transaction: once this returns, a crash loses nothing. An id seen before
 * changes nothing. Returns whether it is new.
 */
export function receive(mirror: Pick<Mirror, 'store' | 'effects' | 'owner'>, { id, event, json }: Delivery): boolean {
  const { store, effects, owner } = mirror
  const payload = payloadShape.safeParse(json).data ?? {}
  const now = effects.now()
  let isNew = false
  store.receive(() => {
    const { repository } = payload
    const known = repository ? store.repos.byId(repository.id) : null
    const pulls = known && event === 'delete' ? store.pulls.ofBranch(known.full_name, branchOf(payload) ?? '') : []
    const targets = targetsOf(event, payload, owner, known, pulls)
    isNew = store.deliveries.insert({
      id,
      received_at: now,
      event,
      action: payload.action ?? null,
      repo: repository?.full_name ?? null,
      targets: targets.map(targetName).join(' '),
    })
    if (!isNew) return
    store.activity.add(now, { deliveries: 1 })
    for (const target of targets) {
      // Pulls that a branch's new name moved have no new time: their listing is read whole.
      const whole = target.kind === 'meta-pulls' || target.kind === 'rfc-repo'
      store.targets.ask({ target: targetName(target), at: now, whole, priority: 1, againAt: now + secondLookMs })
    }
  })
  return isNew
}

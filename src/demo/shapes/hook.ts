import type { Json } from '../json.ts'
import type { Hook } from '../state/hook.ts'
import type { State } from '../state/state.ts'
import { rfc3339 } from './time.ts'

/** A hook as it is listed: never with its secret. */
export function hookShape({ dialect }: State, hook: Hook): Json {
  return {
    id: hook.id,
    name: dialect.since(26) ? '' : undefined,
    type: hook.type,
    branch_filter: dialect.since(16) ? hook.branchFilter : undefined,
    url: dialect.forgejo ? hook.url : undefined,
    config: { content_type: hook.contentType, url: hook.url },
    events: [...hook.events],
    authorization_header: dialect.since(19) ? hook.authorization : undefined,
    content_type: dialect.forgejo ? hook.contentType : undefined,
    metadata: dialect.forgejo ? null : undefined,
    active: hook.active,
    updated_at: rfc3339(hook.updated),
    created_at: rfc3339(hook.created),
  }
}

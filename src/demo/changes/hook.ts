import type { Hook } from '../state/hook.ts'
import { nextId, type State, seconds } from '../state/state.ts'

export type HookOptions = {
  type?: string
  secret?: string
  events?: readonly string[]
  contentType?: 'json' | 'form'
  branchFilter?: string
  authorization?: string
  active?: boolean
}

/** Adds a hook, active and for everything unless said otherwise; the same url twice makes two. */
export function addHook(state: State, owner: Hook['owner'], url: string, options: HookOptions = {}): Hook {
  const at = seconds(state)
  const hook: Hook = {
    id: nextId(state, 'hook'),
    owner,
    type: options.type ?? 'gitea',
    url,
    contentType: options.contentType ?? 'json',
    secret: options.secret ?? '',
    events: eventTypes(state, options.events ?? ['push', 'create', 'delete', 'repository', 'pull_request']),
    branchFilter: options.branchFilter ?? '',
    authorization: options.authorization ?? '',
    active: options.active ?? true,
    created: at,
    updated: at,
  }
  state.hooks.push(hook)
  return hook
}

/** Replaces what an edit replaces: never the secret, but always events, filter and authorization, said or not. */
export function changeHook(state: State, hook: Hook, options: HookOptions & { url?: string }): void {
  hook.url = options.url ?? hook.url
  hook.contentType = options.contentType ?? hook.contentType
  hook.events = eventTypes(state, options.events ?? [])
  hook.branchFilter = options.branchFilter ?? ''
  hook.authorization = options.authorization ?? ''
  hook.active = options.active ?? hook.active
  hook.updated = seconds(state)
}

const plain = ['create', 'delete', 'fork', 'push', 'repository', 'wiki', 'release']
const issues = ['issue_assign', 'issue_label', 'issue_milestone', 'issue_comment']
const pulls = [
  'pull_request_assign',
  'pull_request_label',
  'pull_request_milestone',
  'pull_request_comment',
  'pull_request_sync',
  'pull_request_review_request',
]

/** The exact types that names stand for: `pull_request` is all about pulls; unknown names are dropped; none at all is push. */
function eventTypes({ dialect }: State, names: readonly string[]): ReadonlySet<string> {
  const review = dialect.forgejo
    ? ['pull_request_review_approved', 'pull_request_review_rejected', 'pull_request_review_comment']
    : ['pull_request_review']
  const wanted = new Set<string>(names.length === 0 ? ['push'] : names)
  const known = (types: string[]) => types.filter((type) => wanted.has(type))
  const allIssues = wanted.has('issues')
  const allPulls = wanted.has('pull_request')
  return new Set([
    ...known([...plain, ...(dialect.since(24) ? ['package', 'status', 'workflow_run', 'workflow_job'] : [])]),
    ...(allIssues ? ['issues', ...issues] : known(issues)),
    ...(wanted.has('issues_only') ? ['issues'] : []),
    ...(allPulls ? ['pull_request', ...pulls, ...review] : known(pulls)),
    ...(wanted.has('pull_request_only') ? ['pull_request'] : []),
    ...(wanted.has('pull_request_review') ? review : []),
  ])
}

import { createHmac } from 'node:crypto'
import { goJson, type Json } from '../json.ts'
import type { Hook } from '../state/hook.ts'
import type { Repo } from '../state/repo.ts'
import type { State } from '../state/state.ts'

/** A webhook to be: its exact type, its payload if anybody wants it, and the ref it concerns, for the hook's branch filter. */
export type Event = { type: string; payload: () => Json; ref?: string }

/** Makes one delivery for every hook of the repository and of its owner that asked for the event, at this moment's state. */
export function notify(state: State, repo: Repo, event: Event): void {
  for (const hook of state.hooks) {
    if (hook.active && reaches(hook, repo) && wants(hook, event)) deliver(state, hook, event)
  }
}

/** Sends an event to one hook whatever it asked for: what the repository hooks' test call does. */
export function deliver(state: State, hook: Hook, event: Event): void {
  const text = Buffer.from(payloadText(state, event.payload()))
  const form = hook.contentType === 'form'
  const body = form ? Buffer.from(new URLSearchParams({ payload: text.toString() }).toString()) : text
  const contentType = form ? 'application/x-www-form-urlencoded' : 'application/json'
  const headers = { 'Content-Type': contentType, ...hookHeaders(state, hook, event, text) }
  state.deliver({
    url: hook.url,
    headers: hook.authorization ? { ...headers, Authorization: hook.authorization } : headers,
    body,
  })
}

/** What X-Gitea-Event says: the type without its finer distinctions (modules/webhook/type.go, Gitea 1.26.1). */
function collective(type: string): string {
  if (/^pull_request_review_(approved|rejected|comment)$/.test(type)) return type.replace('_review', '')
  if (type === 'pull_request_comment') return 'issue_comment'
  return type.startsWith('pull_request') ? 'pull_request' : type
}

function reaches(hook: Hook, repo: Repo): boolean {
  return hook.owner.kind === 'repository' ? hook.owner.id === repo.id : hook.owner.id === repo.ownerId
}

/** Gitea keeps the three review events as one, pull_request_review. */
function wants(hook: Hook, { type, ref }: Event): boolean {
  const review = /^pull_request_review_(approved|rejected|comment)$/.test(type)
  if (!hook.events.has(type) && !(review && hook.events.has('pull_request_review'))) return false
  return ref === undefined || filterFits(hook.branchFilter, ref)
}

function filterFits(filter: string, ref: string): boolean {
  if (filter === '' || filter === '*' || filter === '**') return true
  const pattern = filter.replace(/[\\^$.|?+()[\]]/g, '\\$&').replace(/\*+/g, '.*')
  const fits = new RegExp(`^${pattern.replace(/\{([^}]*)\}/g, (_, list: string) => `(${list.replaceAll(',', '|')})`)}$`)
  return fits.test(ref) || (ref.startsWith('refs/heads/') && fits.test(ref.slice('refs/heads/'.length)))
}

/** Indented by one blank, by two on 1.15: the signature is over these very bytes. */
function payloadText({ dialect }: State, payload: Json): string {
  return goJson(payload, dialect.since(16) ? ' ' : '  ')
}

/** Every header thrice, for receivers written for Gogs and GitHub; the target type since 1.24; Forgejo under its own name too. */
function hookHeaders(state: State, hook: Hook, event: Event, text: Buffer): Record<string, string> {
  const { dialect } = state
  const signature = sign('sha256', hook.secret, text)
  const common = {
    Delivery: uuid(state),
    Event: collective(event.type),
    ...(dialect.since(16) ? { 'Event-Type': event.type } : {}),
  }
  const names = [...(dialect.forgejo ? ['Forgejo'] : []), 'GitHub', 'Gitea', 'Gogs']
  const headers: Record<string, string> = {}
  for (const name of names) {
    for (const [key, value] of Object.entries(common)) headers[`X-${name}-${key}`] = value
    if (name !== 'GitHub') headers[`X-${name}-Signature`] = signature
    if (dialect.since(24) && name !== 'Gogs') headers[`X-${name}-Hook-Installation-Target-Type`] = hook.owner.kind
  }
  headers['X-Hub-Signature'] = `sha1=${sign('sha1', hook.secret, text)}`
  headers['X-Hub-Signature-256'] = `sha256=${signature}`
  return headers
}

/** Without a secret the headers are there and empty. */
function sign(algorithm: 'sha1' | 'sha256', secret: string, text: Buffer): string {
  return secret === '' ? '' : createHmac(algorithm, secret).update(text).digest('hex')
}

function uuid(state: State): string {
  return 'xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(state.random() * 16).toString(16))
}

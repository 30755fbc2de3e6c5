import { BlockList, isIP } from 'node:net'

/** A webhook as Gitea lists it: never with its secret. */
export type Hook = {
  id: number
  type: string
  url: string
  contentType: string
  events: string[]
  active: boolean
  branchFilter: string
}

/** What we ask for. `pull_request` stands for all that moves a pull, its comments and reviews included; issues bring nothing. */
export const wantedEvents = ['push', 'create', 'delete', 'repository', 'pull_request']

/** What a server makes of it, on each one seen: pull_request_review_request came later (Gitea 1.20), and nobody must miss it. */
const neededEvents = [
  ...wantedEvents,
  'pull_request_assign',
  'pull_request_label',
  'pull_request_milestone',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_sync',
]

/** Whether a hook calls our address, however the address is spelled. */
export function callsUs(hook: Pick<Hook, 'url'>, url: string): boolean {
  const [its, ours] = [hook.url, url].map((text) => URL.parse(text)?.href)
  return its !== undefined && its === ours
}

/** What is wrong with a hook that calls our address; nothing: it is as we would make it, as far as Gitea shows it. */
export function faultsOf(hook: Hook): string[] {
  const events = ownNames(hook.events)
  const missing = neededEvents.filter((event) => !events.has(event) && (isWanted(event) || events.has('pull_request')))
  const needless = [...events].filter((event) => !neededEvents.includes(event) && !event.startsWith('pull_request'))
  return [
    ...(['gitea', 'forgejo'].includes(hook.type) ? [] : [`is of type ${hook.type}`]),
    ...(hook.active ? [] : ['is not active']),
    ...(hook.contentType === 'json' ? [] : [`sends ${hook.contentType || 'something'} instead of json`]),
    ...(['', '*', '**'].includes(hook.branchFilter) ? [] : [`sees only the branches ${hook.branchFilter}`]),
    ...(missing.length === 0 ? [] : [`lacks ${missing.toSorted().join(', ')}`]),
    ...(needless.length === 0 ? [] : [`also sends ${needless.toSorted().join(', ')}`]),
  ]
}

/** The one to keep of those that call us: the youngest that is right, for its secret is the latest. */
export function keeper<F extends { hook: Hook }>(found: F[]): F | null {
  const right = found.filter(({ hook }) => faultsOf(hook).length === 0)
  return right.toSorted((a, b) => b.hook.id - a.hook.id)[0] ?? null
}

function isWanted(event: string): boolean {
  return wantedEvents.includes(event)
}

/** Events for a person: all about pulls is one word when it is all there. */
export function eventsText(events: string[]): string {
  const names = ownNames(events)
  const pulls = neededEvents.filter((event) => event.startsWith('pull_request'))
  if (!pulls.every((event) => names.has(event))) return [...names].toSorted().join(', ')
  return [...[...names].filter((name) => !name.startsWith('pull_request')), 'pull_request (all)'].toSorted().join(', ')
}

/** Forgejo and older Giteas list reviews as three events, Gitea 1.26 as one. */
function ownNames(events: string[]): Set<string> {
  const names = new Set(events)
  const reviews = ['approved', 'rejected', 'comment'].map((kind) => `pull_request_review_${kind}`)
  if (!reviews.every((name) => names.has(name))) return names
  return new Set([...names, 'pull_request_review']).difference(new Set(reviews))
}

const privateAddresses = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  privateAddresses.addSubnet(network, prefix)
privateAddresses.addSubnet('fc00::', 7, 'ipv6')

/** The word of ALLOWED_HOST_LIST that lets Gitea call this address. */
export function allowedHost(url: string): string {
  const host = (URL.parse(url)?.hostname ?? '').replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return 'loopback'
  const family = isIP(host)
  if (family === 0) return host
  return privateAddresses.check(host, family === 4 ? 'ipv4' : 'ipv6') ? 'private' : `${host}/${family === 4 ? 32 : 128}`
}

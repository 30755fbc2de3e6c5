import { describe, expect, test } from 'vitest'
import { type KnownRepo, payloadShape, targetsOf } from '../../src/rules/delivery.ts'
import { targetName } from '../../src/rules/target.ts'
import { recordedWebhooks, recorders } from '../work/recorded.ts'

type Known = Partial<KnownRepo> | null

/** The names of what a delivery makes us look at; by default it is about repository 7, `rfcs/alpha`, an RFC's own. */
function asked(event: string, payload: object, known: Known = {}, owner = 'rfcs'): string[] {
  const held = { full_name: 'rfcs/alpha', is_meta: 0 as const, rfc_slug: 'alpha', default_branch: 'main' }
  const repository = {
    id: 7,
    full_name: known?.full_name ?? 'rfcs/alpha',
    default_branch: known?.default_branch ?? 'main',
  }
  const parsed = payloadShape.parse({ repository, ...payload })
  return targetsOf(event, parsed, owner, known && { ...held, ...known }).map(targetName)
}

const meta: Known = { full_name: 'rfcs/meta', is_meta: 1, rfc_slug: null }
const unfollowed: Known = { full_name: 'rfcs/wiki', rfc_slug: null }

describe('of a followed repository', () => {
  test.each([
    ['push', { ref: 'refs/heads/topic' }],
    ['create', { ref: 'topic', ref_type: 'branch' }],
    ['create', { ref: 'refs/heads/topic', ref_type: 'branch' }],
    ['delete', { ref: 'topic', ref_type: 'branch' }],
    ['delete', { ref: 'refs/heads/topic', ref_type: 'branch' }],
  ])('%s of a branch reads its refs, and nothing more: %j', (event, payload) => {
    expect(asked(event, payload)).toEqual(['refs/7'])
  })

  test.each([
    ['push', { ref: 'refs/tags/v1' }],
    ['create', { ref: 'v1', ref_type: 'tag' }],
    ['create', { ref: 'refs/tags/v1', ref_type: 'tag' }],
    ['delete', { ref: 'v1', ref_type: 'tag' }],
    ['push', { ref: 'refs/notes/commits' }],
    ['push', {}],
    ['push', { ref: null }],
    ['create', { ref: 'topic' }],
  ])('%s of anything but a branch reads nothing: %j', (event, payload) => {
    expect(asked(event, payload)).toEqual([])
  })

  test.each([
    'pull_request',
    'pull_request_assign',
    'pull_request_label',
    'pull_request_sync',
    'pull_request_approved',
    'pull_request_rejected',
    'pull_request_comment',
    'pull_request_review_approved',
    'pull_request_review_request',
  ])('%s reads that pull, whatever the action is', (event) => {
    for (const action of ['opened', 'synchronized', 'synchronize', 'reviewed', 'never heard of', undefined])
      expect(asked(event, { action, number: 3, pull_request: { number: 3 } })).toEqual(['pull/7/3'])
  })

  test('a pull that Gitea could not describe is known by its number', () => {
    expect(asked('pull_request', { action: 'closed', number: 3, pull_request: null })).toEqual(['pull/7/3'])
  })

  test('a comment reads the pull it is on, and nothing when it is on an issue', () => {
    expect(asked('issue_comment', { issue: { number: 3, pull_request: { merged: false } } })).toEqual(['pull/7/3'])
    expect(asked('issue_comment', { issue: { number: 3, pull_request: null } })).toEqual([])
    expect(asked('issue_comment', { issue: { number: 3 } })).toEqual([])
  })

  test.each(['issues', 'star', 'fork', 'release', 'wiki', 'package', 'status', 'workflow_run', 'unknown', ''])(
    'F6: %j asks for nothing',
    (event) => expect(asked(event, { action: 'created', issue: { number: 3 } })).toEqual([]),
  )
})

describe('of the meta repository', () => {
  test('a push to its default branch reads the entries and the main of each super-draft', () => {
    expect(asked('push', { ref: 'refs/heads/main' }, meta)).toEqual(['meta-entries', 'meta-branches'])
    const trunk = { ...meta, default_branch: 'trunk' }
    expect(asked('push', { ref: 'refs/heads/trunk' }, trunk)).toEqual(['meta-entries', 'meta-branches'])
    expect(asked('push', { ref: 'refs/heads/main' }, trunk)).toEqual([])
  })

  test.each([
    ['edit-alpha-0a1b2c', ['meta-branches']],
    ['edit/alpha/typo', ['meta-branches']],
    ['propose/alpha', []],
    ['claim/alpha', []],
    ['metadata/alpha', []],
    ['whatever', []],
  ])('a push to %s reads %j', (branch, targets) => {
    expect(asked('push', { ref: `refs/heads/${branch}` }, meta)).toEqual(targets)
    expect(asked('delete', { ref: branch, ref_type: 'branch' }, meta)).toEqual(targets)
    expect(asked('create', { ref: `refs/heads/${branch}`, ref_type: 'branch' }, meta)).toEqual(targets)
  })

  test('an event about a pull reads that pull', () => {
    expect(asked('pull_request', { number: 3 }, meta)).toEqual(['meta-pull/3'])
    expect(asked('issue_comment', { issue: { number: 3, pull_request: {} } }, meta)).toEqual(['meta-pull/3'])
  })
})

describe('of other repositories', () => {
  test('one that is no RFC’s reads nothing', () => {
    expect(asked('push', { ref: 'refs/heads/main' }, unfollowed)).toEqual([])
    expect(asked('pull_request', { number: 3 }, unfollowed)).toEqual([])
  })

  test('one of another owner reads nothing, whatever it is called', () => {
    expect(asked('push', { ref: 'refs/heads/main' }, {}, 'others')).toEqual([])
    expect(asked('repository', { action: 'deleted' }, {}, 'rfc')).toEqual([])
    expect(targetsOf('push', payloadShape.parse({ ref: 'refs/heads/main' }), 'rfcs', null)).toEqual([])
  })

  test('the owner’s name is its name in any case', () => {
    expect(asked('push', { ref: 'refs/heads/x' }, {}, 'RFCs')).toEqual(['refs/7'])
  })

  test('one not heard of before reads the owner’s listing', () => {
    expect(asked('push', { ref: 'refs/heads/main' }, null)).toEqual(['repos'])
    expect(asked('repository', { action: 'created' }, null)).toEqual(['repos'])
    expect(asked('repository', { action: 'deleted' })).toEqual(['repos'])
  })
})

describe('what has no event of its own', () => {
  test('another name or default branch in any delivery reads the owner’s listing first', () => {
    const push = { ref: 'refs/heads/x' }
    const renamed = { repository: { id: 7, full_name: 'rfcs/beta', default_branch: 'main' } }
    const retargeted = { repository: { id: 7, full_name: 'rfcs/alpha', default_branch: 'trunk' } }
    expect(asked('push', { ...push, ...renamed })).toEqual(['repos', 'refs/7'])
    expect(asked('pull_request', { number: 3, ...retargeted })).toEqual(['repos', 'pull/7/3'])
    expect(asked('star', renamed)).toEqual(['repos'])
  })

  test('a default branch that is not said yet is none', () => {
    for (const default_branch of ['', null, undefined])
      expect(asked('star', { repository: { id: 7, full_name: 'rfcs/alpha', default_branch } })).toEqual([])
  })
})

describe('G8: what a delivery claims is a hint', () => {
  test.each([
    ['a ref that is a number', { ref: 7 }],
    ['a number that is a text', { ref: 'refs/heads/x', number: '3' }],
    ['an action of a thousand letters', { ref: 'refs/heads/x', action: 'a'.repeat(1000) }],
    ['an issue without a number', { ref: 'refs/heads/x', issue: {} }],
    ['a pull that is a list', { ref: 'refs/heads/x', pull_request: [] }],
  ])('%s spoils nothing but itself', (_, odd) => {
    const payload = payloadShape.safeParse({ repository: { id: 7, full_name: 'rfcs/alpha' }, ...odd })
    expect(payload.success).toBe(true)
    expect(payload.data?.repository?.id).toBe(7)
  })
})

describe.each(recorders)('every webhook $server sent', ({ server, owner }) => {
  const deliveries = recordedWebhooks(server).map(({ after, headers, body }) => {
    const payload = payloadShape.parse(JSON.parse(body))
    const event = headers['x-gitea-event'] ?? ''
    const known = { full_name: `${owner}/meta`, is_meta: 1 as const, rfc_slug: null, default_branch: 'main' }
    const isMeta = payload.repository?.full_name === `${owner}/meta`
    const asks = targetsOf(event, payload, owner, isMeta ? known : null).map(targetName)
    return { title: `${event} ${payload.action ?? payload.ref} (${after ?? ''})`, event, payload, asks }
  })

  test.each(deliveries)('reads what it is about: $title', ({ event, payload, asks }) => {
    expect(asks).toEqual(readsOf(event, payload))
  })

  test('has its repository, and a pull’s number wherever it is about a pull', () => {
    for (const { event, payload } of deliveries) {
      expect(payload.repository?.id).toBeGreaterThan(0)
      if (event.startsWith('pull_request')) expect(payload.pull_request?.number).toBe(payload.number)
    }
  })
})

/** Said once more, in the words of the recordings. */
function readsOf(event: string, { ref, number, issue, repository }: ReturnType<typeof payloadShape.parse>): string[] {
  if (event === 'repository') return ['repos']
  const moved = repository?.default_branch === 'main' ? [] : ['repos']
  if (event.startsWith('pull_request') || event === 'issue_comment')
    return [...moved, `meta-pull/${number ?? issue?.number}`]
  const name = ref?.replace('refs/heads/', '')
  if (name === 'main') return [...moved, 'meta-entries', 'meta-branches']
  return name?.startsWith('edit-') ? [...moved, 'meta-branches'] : moved
}

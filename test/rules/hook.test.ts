import { describe, expect, test } from 'vitest'
import { allowedHost, callsUs, eventsText, faultsOf, type Hook, keeper } from '../../src/rules/hook.ts'

const pulls = ['pull_request', 'assign', 'label', 'milestone', 'comment', 'sync', 'review_request']
const common = ['push', 'create', 'delete', 'repository', ...pulls.map((one, at) => (at ? `pull_request_${one}` : one))]
/** What the servers make of what we ask for, as seen on them. */
const made = {
  'Gitea 1.26.1': [...common, 'pull_request_review'],
  'Forgejo 7.0.0': [...common, ...['approved', 'rejected', 'comment'].map((kind) => `pull_request_review_${kind}`)],
}

const url = 'https://rfcs.example.org/webhooks/gitea'
const right: Hook = {
  id: 1,
  type: 'gitea',
  url,
  contentType: 'json',
  events: made['Gitea 1.26.1'],
  active: true,
  branchFilter: '',
}

describe('a hook is right', () => {
  test.each(Object.entries(made))('with what %s makes of our events, in any order', (_, events) => {
    expect(faultsOf({ ...right, events: events.toReversed() })).toEqual([])
  })
  test('without review requests, which older servers do not know', () => {
    expect(
      faultsOf({ ...right, events: right.events.filter((event) => !event.endsWith('request_review_request')) }),
    ).toEqual([])
  })
  test('with events about pulls that are not known yet', () => {
    expect(faultsOf({ ...right, events: [...right.events, 'pull_request_blessing'] })).toEqual([])
  })
  test.each(['*', '**'])('with the branch filter %s, which lets everything through', (branchFilter) => {
    expect(faultsOf({ ...right, branchFilter })).toEqual([])
  })
})

describe('a hook is not right', () => {
  test.each<[string, Partial<Hook>, string]>([
    ['that is switched off', { active: false }, 'is not active'],
    ['that sends forms', { contentType: 'form' }, 'sends form instead of json'],
    ['for a chat', { type: 'slack' }, 'is of type slack'],
    ['for some branches', { branchFilter: 'release/*' }, 'sees only the branches release/*'],
    ['that lacks an event', { events: right.events.filter((event) => event !== 'delete') }, 'lacks delete'],
    [
      'that lacks a kind of pull event, as hooks made by hand may',
      { events: right.events.filter((event) => event !== 'pull_request_sync') },
      'lacks pull_request_sync',
    ],
    [
      'that lacks a review event on Forgejo',
      { events: made['Forgejo 7.0.0'].filter((event) => event !== 'pull_request_review_rejected') },
      'lacks pull_request_review',
    ],
    ['that knows nothing of pulls', { events: ['push', 'create', 'delete', 'repository'] }, 'lacks pull_request'],
    ['that sends more', { events: [...right.events, 'wiki', 'issues'] }, 'also sends issues, wiki'],
  ])('%s', (_, change, fault) => {
    expect(faultsOf({ ...right, ...change })).toEqual([fault])
  })
  test('for as many reasons as there are', () => {
    expect(faultsOf({ ...right, active: false, events: [] })).toEqual([
      'is not active',
      'lacks create, delete, pull_request, push, repository',
    ])
  })
})

describe('a hook calls us', () => {
  test.each([url, 'HTTPS://RFCS.example.org/webhooks/gitea', 'https://rfcs.example.org:443/webhooks/gitea'])(
    'at %s',
    (its) => {
      expect(callsUs({ url: its }, url)).toBe(true)
    },
  )
  test.each(['', 'nonsense', 'http://rfcs.example.org/webhooks/gitea', `${url}/`, `${url}?x`])('not at "%s"', (its) => {
    expect(callsUs({ url: its }, url)).toBe(false)
  })
  test('not where both are no address', () => {
    expect(callsUs({ url: 'nonsense' }, 'nonsense')).toBe(false)
  })
})

describe('the hook to keep', () => {
  test('is the youngest that is right, for its secret is the latest', () => {
    const found = [
      { ...right, id: 3 },
      { ...right, id: 12 },
      { ...right, id: 20, active: false },
    ].map((hook) => ({ hook }))
    expect(keeper(found)?.hook.id).toBe(12)
  })
  test('is none where none is right', () => {
    expect(keeper([{ hook: { ...right, active: false } }])).toBeNull()
  })
})

test.each(Object.values(made))('all about pulls is one word for a person', (...events) => {
  expect(eventsText(events)).toBe('create, delete, pull_request (all), push, repository')
  expect(eventsText(['push', 'pull_request', 'issues'])).toBe('issues, pull_request, push')
})

test.each([
  ['http://127.0.0.1:8470/webhooks/gitea', 'loopback'],
  ['http://localhost:8470/webhooks/gitea', 'loopback'],
  ['http://[::1]:8470/webhooks/gitea', 'loopback'],
  ['http://10.2.3.4/webhooks/gitea', 'private'],
  ['http://172.31.0.1/webhooks/gitea', 'private'],
  ['http://172.32.0.1/webhooks/gitea', '172.32.0.1/32'],
  ['http://[fd00::1]/webhooks/gitea', 'private'],
  ['http://[2001:db8::1]/webhooks/gitea', '2001:db8::1/128'],
  ['http://198.51.100.7/webhooks/gitea', '198.51.100.7/32'],
  ['https://rfcs.example.org/webhooks/gitea', 'rfcs.example.org'],
])('Gitea may call %s when ALLOWED_HOST_LIST has %s', (address, word) => {
  expect(allowedHost(address)).toBe(word)
})

import { field, type Teller } from './teller.ts'

const config = { url: 'http://127.0.0.1:9/hook', content_type: 'json', secret: 'geheim' }
const events = ['push', 'create', 'delete', 'repository', 'pull_request', 'nonsense']

/** Hooks of the organisation, and one of the repository. */
export async function tellHooks({ call, look, value, org, repo }: Teller): Promise<void> {
  const hooks = `/orgs/${org}/hooks`
  const first = await call('hook', 'POST', hooks, {
    type: 'gitea',
    active: true,
    events,
    config,
    branch_filter: 'main',
  })
  value('hook', settingsOf(first.json))
  await call('hook again', 'POST', hooks, { type: 'gitea', active: true, events, config })
  const idle = await call('hook without events', 'POST', hooks, { type: 'gitea', config, events: [] })
  value('hook without events', settingsOf(idle.json))
  await call('hook of an unknown type', 'POST', hooks, { type: 'pigeon', config })
  await call('hook without a url', 'POST', hooks, { type: 'gitea', config: { content_type: 'json' } })
  await call('hook with a bad url', 'POST', hooks, { type: 'gitea', config: { ...config, url: 'no url' } })
  await call('hook with a bad content type', 'POST', hooks, {
    type: 'gitea',
    config: { ...config, content_type: 'xml' },
  })
  const hook = `${hooks}/${field(first.json, 'id')}`
  const changed = await call('hook changed', 'PATCH', hook, { config: { secret: 'other' }, active: false })
  value('hook changed', settingsOf(changed.json))
  await look('hooks', hooks)
  await look('a hook', hook)
  await look('an absent hook', `${hooks}/999999`)
  await call('hook tested', 'POST', `${hook}/tests`)
  await call('hook deleted', 'DELETE', hook)
  await call('hook deleted again', 'DELETE', hook)
  const own = await call('repository hook', 'POST', `${repo}/hooks`, {
    type: 'gitea',
    active: true,
    events: ['pull_request_only'],
    config,
  })
  value('repository hook', settingsOf(own.json))
  await call('repository hook tested', 'POST', `${repo}/hooks/${field(own.json, 'id')}/tests`)
}

function settingsOf(hook: unknown): unknown {
  const kept = field(hook, 'events')
  return [Array.isArray(kept) ? [...kept].sort() : kept, field(hook, 'active'), field(hook, 'branch_filter')]
}

import { basic, field, type Teller } from './teller.ts'

/** Who is let in where, and what is not there. */
export async function tellAccess(told: Teller): Promise<void> {
  await useTokens(told)
  await comeUnknown(told)
  await askForNothing(told)
}

async function useTokens({ call, look, unnamed, read, org, repo }: Teller): Promise<void> {
  const tokens = `/users/${org}-u/tokens`
  const user = basic(`${org}-u:passw0rd!x`)
  const scopes = ['read:repository', 'read:issue', 'read:organization']
  await call('token without a password', 'POST', tokens, { name: 'a', scopes }, {})
  const token = await call('token', 'POST', tokens, { name: 'b', scopes }, user)
  await call('token of the same name', 'POST', tokens, { name: 'b', scopes }, user)
  const weak = await call('token without scopes', 'POST', tokens, { name: 'c' }, user)
  const reader = { token: String(field(token.json, 'sha1')) }
  const id = field(await read(repo), 'id')
  const search = `/repos/issues/search?type=pulls&state=all&owner=${org}`
  const paths = [
    '/version',
    '/settings/api',
    '/user',
    `/users/${org}-u`,
    `/orgs/${org}`,
    `/orgs/${org}/repos`,
    `/orgs/${org}/hooks`,
  ]
  for (const path of [...paths, repo, `${repo}/pulls`, `${repo}/issues?type=pulls&state=all`, search]) {
    await look(`reader: ${unnamed(path)}`, path, reader)
  }
  await look('reader: by id', `/repositories/${id}`, reader)
  await call('reader writes', 'PATCH', repo, { description: 'x' }, reader)
  if (weak.status !== 201) return
  await look('weak token', repo, { token: String(field(weak.json, 'sha1')) })
  await look('weak token, version', '/version', { token: String(field(weak.json, 'sha1')) })
}

async function comeUnknown({ look, org, root, repo }: Teller): Promise<void> {
  await look('bad token', repo, { token: 'bad' })
  await look('bad token, version', '/version', { token: 'bad' })
  await look('bad token, unknown route', '/nowhere', { token: 'bad' })
  await look('wrong password', repo, basic(`${root}:wrong`))
  await look('nobody', repo, {})
  await look('nobody, /user', '/user', {})
  await look('nobody, hooks', `/orgs/${org}/hooks`, {})
}

async function askForNothing({ call, look, org, repo }: Teller): Promise<void> {
  const search = '/repos/issues/search?type=pulls'
  await look('unknown route', '/nowhere')
  await look('half a route', '/repos')
  await call('unknown method', 'PUT', repo)
  await call('head', 'HEAD', repo)
  await look('absent repository', `/repos/${org}/absent`)
  await look('absent repository by id', '/repositories/999999')
  await look('absent owner', '/repos/nobody-here/absent')
  await look('absent organisation', '/orgs/nobody-here')
  await look('absent organisation, repositories', '/orgs/nobody-here/repos')
  await look('absent user', '/users/nobody-here')
  await look('search, unknown uid', '/repos/search?uid=999999&exclusive=true')
  await look('issues of an unknown owner', `${search}&state=all&owner=nobody-here`)
  await look('issues since a bad time', `${search}&state=all&owner=${org}&since=yesterday`)
  await look('issues since long', `${search}&state=all&owner=${org}&since=2020-01-01T00:00:00Z&limit=1`)
  await look('issues, no state said', `${search}&owner=${org}`)
}

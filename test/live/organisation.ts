import type { ApiRepo } from './api-shapes.ts'
import { openSite, type Person, type Site } from './site.ts'

export type Organisation = Awaited<ReturnType<typeof makeOrganisation>>

const password = 'passw0rd!x'
const readScopes = ['read:repository', 'read:organization', 'read:issue']

/** An organisation of its own on a server, its people (the outsider and the leaver are no members), and a token that can read and nothing else. */
export async function makeOrganisation(asked: Site, org: string) {
  const site = openSite({ ...asked, root: await withToken(asked, asked.root, org, ['all']) })
  await site.call('POST', '/orgs', { body: { username: org } })
  const person = (role: string) => addPerson(site, `${org}-${role}`)
  const people = {
    bot: await person('bot'),
    alice: await person('alice'),
    bob: await person('bob'),
    outsider: await person('out'),
    leaver: await person('leaver'),
  }
  const reader = await person('reader')
  const teams = await site.call<{ id: number; name: string }[]>('GET', `/orgs/${org}/teams`)
  const owners = teams.find(({ name }) => name === 'Owners')
  for (const { login } of [people.bot, people.alice, people.bob, reader])
    await site.call('PUT', `/teams/${owners?.id}/members/${login}`)
  const { authorization } = await withToken(site, basic(reader.login), 'mirror', readScopes)
  return {
    site,
    org,
    people,
    token: authorization.replace('token ', ''),
    [Symbol.asyncDispose]: () => remove(asked, site, org, [...Object.values(people), reader]),
  }
}

async function addPerson(site: Site, username: string): Promise<Person> {
  const body = { username, email: `${username}@example.org`, password, must_change_password: false }
  await site.call('POST', '/admin/users', { body })
  return withToken(site, basic(username), 'all', ['all'])
}

/** The same person with a token, which real servers check a hundred times faster than a password. */
async function withToken(site: Site, by: Person, name: string, scopes: string[]): Promise<Person> {
  const body = { name, scopes }
  const { sha1 } = await site.call<{ sha1: string }>('POST', `/users/${by.login}/tokens`, { by, body })
  return { login: by.login, authorization: `token ${sha1}` }
}

function basic(login: string): Person {
  return { login, authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}` }
}

/** Everything goes, as far as it is there; a repository whose pulls were still being looked at has crashed a Forgejo 7. */
async function remove(asked: Site, site: Site, org: string, people: Person[]): Promise<void> {
  await site.settle()
  for (const owner of [`orgs/${org}`, ...people.map(({ login }) => `users/${login}`)]) {
    for (const { full_name } of await site.list<ApiRepo>(`/${owner}/repos`))
      await site.call('DELETE', `/repos/${full_name}`)
  }
  await site.call('DELETE', `/orgs/${org}`)
  for (const { login } of people)
    if (await site.find(`/users/${login}`)) await site.call('DELETE', `/admin/users/${login}?purge=true`)
  await asked.call('DELETE', `/users/${site.root.login}/tokens/${org}`)
}

import { basic, content, field, type Teller } from './teller.ts'

/** Somebody else, their fork, and what they may not do. */
export async function tellForks({ call, moving, look, value, settle, org, repo }: Teller): Promise<void> {
  const name = `${org}-u`
  const person = { username: name, email: `${name}@example.org`, password: 'passw0rd!x', must_change_password: false }
  await call('user made', 'POST', '/admin/users', person)
  const user = basic(`${name}:passw0rd!x`)
  await call('fork', 'POST', `${repo}/forks`, {}, user)
  await call('fork again', 'POST', `${repo}/forks`, {}, user)
  await settle()
  const fork = `/repos/${name}/meta`
  await call('file in the fork', 'POST', `${fork}/contents/f.md`, { content: content('f'), new_branch: 'mine' }, user)
  await settle()
  await moving(
    'pull from the fork',
    'POST',
    `${repo}/pulls`,
    { head: `${name}:mine`, base: 'main', title: 'Fork' },
    user,
  )
  await moving('commit to the fork', 'POST', `${fork}/contents/g.md`, { content: content('g'), branch: 'mine' }, user)
  await look('the fork', fork, user)
  await call('stranger edits', 'PATCH', repo, { description: 'x' }, user)
  await call('stranger writes', 'POST', `${repo}/contents/z.md`, { content: content('z') }, user)
  await call('stranger deletes', 'DELETE', repo, undefined, user)
  await look('stranger lists hooks', `/orgs/${org}/hooks`, user)
  await moving('fork deleted', 'DELETE', fork, undefined, user)
  const { json } = await look('pull of a deleted fork', `${repo}/pulls/4`)
  const head = ['repo_id', 'label', 'ref'].map((key) => field(json, 'head', key))
  value('head of a deleted fork', [field(json, 'state'), ...head])
}

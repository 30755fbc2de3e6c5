import { basic, field, type Teller } from './teller.ts'

/** What is changed about a repository itself, until it is gone. */
export async function tellSettings(told: Teller): Promise<void> {
  await changeVisibility(told)
  await switchPulls(told)
  await moveAway(told)
}

async function changeVisibility({ call, moving, look, read, org, repo }: Teller): Promise<void> {
  const user = basic(`${org}-u:passw0rd!x`)
  await moving('description changed', 'PATCH', repo, { description: 'words' })
  await moving('made private', 'PATCH', repo, { private: true })
  await look('private, to a stranger', repo, user)
  await look('private, to nobody', repo, {})
  await look('private, by id, to a stranger', `/repositories/${field(await read(repo), 'id')}`, user)
  await call('made public', 'PATCH', repo, { private: false })
}

async function switchPulls({ call, moving, look, org, repo }: Teller): Promise<void> {
  await moving('pulls switched off', 'PATCH', repo, { has_pull_requests: false })
  await look('pulls off: repository', repo)
  await look('pulls off: pulls', `${repo}/pulls`)
  await look('pulls off: one pull', `${repo}/pulls/1`)
  await look('pulls off: as issues', `${repo}/issues?type=pulls&state=all`)
  await look('pulls off: search', `/repos/issues/search?type=pulls&state=all&owner=${org}`)
  await call('pulls switched on', 'PATCH', repo, { has_pull_requests: true })
}

async function moveAway({ call, moving, look, value, read, unnamed, org, root, repo }: Teller): Promise<void> {
  await call('default branch absent', 'PATCH', repo, { default_branch: 'absent' })
  await moving('default branch changed', 'PATCH', repo, { default_branch: 'propose/b' })
  const id = field(await read(repo), 'id')
  await call('renamed', 'PATCH', repo, { name: 'meta2' })
  const old = await look('old name', repo)
  value('old name', [unnamed(old.headers.location), unnamed(old.text)])
  const deeper = await look('old name, deeper', `${repo}/git/refs/heads/main?x=1`)
  value('old name, deeper', unnamed(deeper.headers.location))
  await call('old name, written to', 'PATCH', repo, { description: 'x' })
  await call('handed over', 'POST', `/repos/${org}/meta2/transfer`, { new_owner: root })
  await look('after handing over', `/repos/${org}/meta2`)
  await look('by id', `/repositories/${id}`)
  await call('user deleted', 'DELETE', `/admin/users/${org}-u`)
  const ghost = await look('pull of a deleted user', `/repos/${root}/meta2/pulls/4`)
  value('ghost', [field(ghost.json, 'user', 'id'), field(ghost.json, 'user', 'login')])
  await call('repository deleted', 'DELETE', `/repos/${root}/meta2`)
  await look('deleted repository', `/repos/${root}/meta2`)
  await look('deleted repository under its old name', repo)
  await call('organisation deleted', 'DELETE', `/orgs/${org}`)
}

import type { Teller } from './teller.ts'

/** A new organisation, and a repository nothing was pushed to. */
export async function tellEmpty({ call, look, org, repo }: Teller): Promise<void> {
  await call('organisation made', 'POST', '/orgs', { username: org })
  await call('repository made', 'POST', `/orgs/${org}/repos`, { name: 'meta', default_branch: 'main' })
  await call('repository made again', 'POST', `/orgs/${org}/repos`, { name: 'meta' })
  await look('empty: repository', repo)
  await look('empty: refs', `${repo}/git/refs`)
  await look('empty: tree', `${repo}/git/trees/main`)
  await look('empty: branches', `${repo}/branches`)
  await look('empty: a branch', `${repo}/branches/main`)
  await look('empty: pulls', `${repo}/pulls?state=all`)
  await look('empty: pulls as issues', `${repo}/issues?type=pulls&state=all`)
  await look('empty: archive', `${repo}/archive/main.tar.gz`)
  await look('empty: commits', `${repo}/commits`)
  await look('empty: a commit', `${repo}/git/commits/main`)
  await look('empty: contents of the root', `${repo}/contents`)
  await look('empty: contents', `${repo}/contents/rfcs`)
  await look('empty: raw', `${repo}/raw/rfcs/a.md?ref=main`)
  await look('empty: file-contents', `${repo}/file-contents?body=${encodeURIComponent('{"files":["a"]}')}`)
}

import type { ApiCommit, ApiContent, ApiRepo } from '../api-shapes.ts'
import { commitFiles } from '../commit.ts'
import { part } from '../site.ts'
import { anyRepo, type Changes, entryPaths, ownRepo, type Scene, sideBranch } from './scene.ts'

/** What happens to branches, also to those that pulls come from. */
export const branchChanges: Changes = {
  'a branch made': { weight: 6, change: make },
  'a branch pushed to': { weight: 5, change: pushTo },
  'a branch deleted': { weight: 5, change: remove },
  'a branch moved by force': { weight: 3, change: force },
  'a branch renamed': { weight: 3, change: rename },
  'a document changed': { weight: 5, change: changeDocument },
  'another default branch': { weight: 2, change: changeDefault },
}

async function newName(scene: Scene, repo: ApiRepo): Promise<string> {
  const { chance } = scene
  const count = chance.count()
  if (repo.name !== 'meta')
    return chance.pick([`topic-${count}`, `feature/${count}`, `ünï#%41+&-${count}`, `refs/heads/${count}`])
  const slug = chance.pick(await entryPaths(scene)).slice('rfcs/'.length, -'.md'.length)
  return chance.pick([
    `edit-${slug}-${chance.hex()}`,
    `edit/${slug}/${chance.hex()}`,
    `propose/idea-${count}`,
    `claim/${slug}`,
    `metadata-${slug}-${chance.hex()}`,
    `metadata/${slug}`,
    `edit-${slug}-${chance.hex().toUpperCase()}`,
    `propose/${slug}/more-${count}`,
    `other-${count}`,
  ])
}

async function make(scene: Scene) {
  const repo = await anyRepo(scene)
  const name = await newName(scene, repo)
  if (scene.chance.odds(0.5)) await commitTo(scene, repo, repo.default_branch, name)
  else await branchAt(scene, repo, name, repo.default_branch)
}

async function branchAt({ made: { site } }: Scene, repo: ApiRepo, name: string, from: string): Promise<void> {
  const body = { new_branch_name: name, old_branch_name: from }
  await site.call('POST', `/repos/${repo.full_name}/branches`, { body })
}

async function commitTo(scene: Scene, repo: ApiRepo, branch: string, newBranch?: string): Promise<void> {
  const { made, chance } = scene
  const count = chance.count()
  const notes = { [`notes/change-${count}.txt`]: `${count}\n` }
  const files = repo.name === 'meta' && chance.odds(0.6) ? await entryOn(scene, repo, branch) : notes
  const by = chance.pick([made.people.alice, made.people.bot])
  await commitFiles(made.site, repo.full_name, branch, files, { by, ...(newBranch ? { newBranch } : {}) })
}

/** An entry edited on a branch: merged later, it comes to the default branch by a merge commit. */
async function entryOn(scene: Scene, { full_name }: ApiRepo, branch: string) {
  const { made, chance } = scene
  const path = chance.pick(await entryPaths(scene))
  const at = `/repos/${full_name}/contents/${part(path)}?ref=${encodeURIComponent(branch)}`
  const file = await made.site.call<ApiContent>('GET', at)
  return { [path]: `${Buffer.from(file.content ?? '', 'base64')}On ${branch}, ${chance.count()}.\n` }
}

async function pushTo(scene: Scene) {
  const repo = await anyRepo(scene)
  await commitTo(scene, repo, await sideBranch(scene, repo))
}

async function remove(scene: Scene) {
  const repo = await anyRepo(scene)
  await scene.made.site.call('DELETE', `/repos/${repo.full_name}/branches/${part(await sideBranch(scene, repo))}`)
}

/** To a commit that is not its own: by force where the API can (Gitea 1.26), else deleted and made anew. */
async function force(scene: Scene) {
  const { site } = scene.made
  const repo = await anyRepo(scene)
  const branch = await sideBranch(scene, repo)
  const path = `/repos/${repo.full_name}/branches/${part(branch)}`
  const [commit] =
    (await site.find<ApiCommit[]>(`/repos/${repo.full_name}/commits?sha=${part(repo.default_branch)}&limit=1`)) ?? []
  try {
    await site.call('PUT', path, { body: { new_commit_id: commit?.sha, force: true } })
  } catch {
    await site.call('DELETE', path)
    await branchAt(scene, repo, branch, repo.default_branch)
  }
}

async function rename(scene: Scene) {
  const repo = await anyRepo(scene)
  const body = { name: await newName(scene, repo) }
  await scene.made.site.call('PATCH', `/repos/${repo.full_name}/branches/${part(await sideBranch(scene, repo))}`, {
    body,
  })
}

async function changeDocument(scene: Scene) {
  const { made, chance } = scene
  const repo = await ownRepo(scene)
  const text = chance.odds(0.85) ? `# Version ${chance.count()}\r\n\nOf ${repo.name}.\n` : null
  await commitFiles(made.site, repo.full_name, repo.default_branch, { 'RFC.md': text }, { by: made.people.alice })
}

async function changeDefault(scene: Scene) {
  const { site } = scene.made
  const repo = await anyRepo(scene)
  const to = repo.default_branch === 'main' ? 'trunk' : 'main'
  if (!(await site.find(`/repos/${repo.full_name}/branches/${to}`)))
    await branchAt(scene, repo, to, repo.default_branch)
  await site.call('PATCH', `/repos/${repo.full_name}`, { body: { default_branch: to } })
}

import { makeRepo } from '../seed.ts'
import { type Changes, ownRepo, type Scene } from './scene.ts'

/** What happens to repositories. */
export const repositoryChanges: Changes = {
  'a repository made': { weight: 2, change: make },
  'a repository renamed': { weight: 3, change: rename },
  'a repository deleted': { weight: 1, change: (scene) => remove(scene) },
  'a repository deleted and made anew': { weight: 2, change: (scene) => remove(scene, true) },
  'a repository renamed and its name taken': { weight: 1, change: takeName },
  'a repository shown or hidden': { weight: 2, change: toggle },
}

async function make({ made, chance }: Scene) {
  await makeRepo(made, `made-${chance.count()}`, 'main', chance.pick([{ 'RFC.md': '# Made\n' }, null]))
}

async function rename(scene: Scene) {
  const { full_name } = await ownRepo(scene, true)
  await scene.made.site.call('PATCH', `/repos/${full_name}`, { body: { name: `moved-${scene.chance.count()}` } })
}

/** After a wait: a repository deleted while its pulls were still being looked at has crashed a Forgejo 7. */
async function remove({ made, chance }: Scene, andAgain = false) {
  const { full_name, name } = await ownRepo({ made, chance, note: () => {} }, true)
  await made.site.settle()
  await made.site.call('DELETE', `/repos/${full_name}`)
  if (andAgain) await makeRepo(made, name, 'main', { 'RFC.md': `# ${name} again\n` })
}

async function takeName(scene: Scene) {
  const { full_name, name } = await ownRepo(scene, true)
  await scene.made.site.call('PATCH', `/repos/${full_name}`, { body: { name: `left-${scene.chance.count()}` } })
  await makeRepo(scene.made, name, 'main', { 'RFC.md': '# In its place\n' })
}

async function toggle(scene: Scene) {
  const repo = await ownRepo(scene, true)
  await scene.made.site.call('PATCH', `/repos/${repo.full_name}`, { body: { private: !repo.private } })
}

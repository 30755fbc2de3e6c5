import { commitFiles } from '../commit.ts'
import { kindOf } from '../oracle/names.ts'
import { part } from '../site.ts'
import { anyRepo, type Changes, Nothing, type Scene, sideBranch, somePull } from './scene.ts'

/** What happens to pulls. */
export const pullChanges: Changes = {
  'a pull opened': { weight: 12, change: open },
  'a pull opened from a fork': { weight: 2, change: openFromFork },
  'a pull retitled': { weight: 4, change: (scene) => patch(scene, { title: `Title ${scene.chance.count()}` }) },
  'a pull’s body rewritten': { weight: 4, change: (scene) => patch(scene, { body: bodyOf(scene) }) },
  'a pull closed': { weight: 5, change: close },
  'a pull withdrawn': { weight: 3, change: withdraw },
  'a pull reopened': { weight: 4, change: reopen },
  'a pull retargeted': { weight: 3, change: retarget },
  'a pull merged': { weight: 6, change: merge },
  'a pull merged and its branch deleted': { weight: 4, change: (scene) => merge(scene, true) },
  'a pull commented on': { weight: 2, change: comment },
  'a pull deleted': { weight: 2, change: remove },
}

function bodyOf({ chance }: Scene): string {
  const number = 1 + (chance.count() % 12)
  return chance.pick([
    'No trailer.',
    '',
    'A pitch.\n\nOn-behalf-of: Alice <alice>\n',
    'A pitch.\r\n\r\nOn-behalf-of: Bob <bob>\r\n',
    'On-behalf-of: Above <above>\n\nText below.\n',
    'Two.\n\nOn-behalf-of: A <a>\nOn-behalf-of: B <b>\n',
    `Better.\n\nSupersedes: #${number}\nOn-behalf-of: Carol <carol>\n`,
    `Better.\n\nSupersedes: #${number}\nSupersedes: #${number + 1}\n`,
    '```\nOn-behalf-of: Code <code>\n```\n',
  ])
}

async function open(scene: Scene) {
  const { made, chance, note } = scene
  const repo = await anyRepo(scene)
  const branch = await sideBranch(scene, repo)
  const byBot = chance.odds(0.6)
  const by = byBot ? made.people.bot : chance.pick([made.people.alice, made.people.bob])
  const body = { head: branch, base: repo.default_branch, title: `About ${branch}`, body: bodyOf(scene) }
  const { number } = await made.site.call<{ number: number }>('POST', `/repos/${repo.full_name}/pulls`, { by, body })
  const its = repo.name === 'meta' ? kindOf(branch) : null
  if (byBot && its && chance.odds(0.5))
    note({
      kind: openings[its.kind] ?? '',
      slug: its.slug,
      number,
      who: chance.pick(['dora', 'emil', '']),
      repo: repo.full_name,
      at: made.site.now(),
    })
}

const openings: Record<string, string> = {
  idea: 'propose_rfc',
  meta_body_edit: 'open_body_edit_pr',
  meta_claim: 'open_claim_pr',
  meta_metadata: 'open_metadata_pr',
}

async function openFromFork(scene: Scene) {
  const { site, people } = scene.made
  const repo = await anyRepo(scene)
  const by = people.outsider
  const fork = `${by.login}/${repo.name}`
  if (!(await site.find(`/repos/${fork}`))) await site.call('POST', `/repos/${repo.full_name}/forks`, { by, body: {} })
  await site.settle()
  const branch = scene.chance.pick([`edit-rfc-00-${scene.chance.hex()}`, `mine-${scene.chance.count()}`])
  await commitFiles(site, fork, repo.default_branch, { [`fork-${branch}.txt`]: 'fork\n' }, { by, newBranch: branch })
  await site.settle()
  const body = { head: `${by.login}:${branch}`, base: repo.default_branch, title: 'From a fork', body: bodyOf(scene) }
  await site.call('POST', `/repos/${repo.full_name}/pulls`, { by, body })
}

async function patch(scene: Scene, body: object) {
  const { path } = await somePull(scene, 'open', 'closed', 'merged')
  await scene.made.site.call('PATCH', path, { body })
}

async function close(scene: Scene) {
  const { path } = await somePull(scene, 'open')
  await scene.made.site.call('PATCH', path, { body: { state: 'closed' } })
}

async function withdraw(scene: Scene) {
  const { repo, pull, path } = await somePull(scene, 'open')
  const its = repo.name === 'meta' ? kindOf(pull.head.label) : null
  if (!its) throw new Nothing()
  await scene.made.site.call('PATCH', path, { body: { state: 'closed' } })
  const at = scene.made.site.now()
  scene.note({ kind: 'withdraw_pr', slug: its.slug, number: pull.number, who: 'dora', repo: repo.full_name, at })
}

async function reopen(scene: Scene) {
  const { path } = await somePull(scene, 'closed')
  await scene.made.site.call('PATCH', path, { body: { state: 'open' } })
}

async function retarget(scene: Scene) {
  const { repo, pull, path } = await somePull(scene, 'open')
  const base = pull.base.ref === repo.default_branch ? await sideBranch(scene, repo) : repo.default_branch
  if (base === pull.head.label) throw new Nothing()
  await scene.made.site.call('PATCH', path, { body: { base } })
}

async function merge(scene: Scene, andDelete = false) {
  const { repo, pull, path } = await somePull(scene, 'open')
  await scene.made.site.call('POST', `${path}/merge`, { body: { Do: scene.chance.pick(['merge', 'squash']) } })
  if (andDelete) await scene.made.site.call('DELETE', `/repos/${repo.full_name}/branches/${part(pull.head.label)}`)
}

async function comment(scene: Scene) {
  const { repo, pull } = await somePull(scene, 'open', 'closed', 'merged')
  await scene.made.site.call('POST', `/repos/${repo.full_name}/issues/${pull.number}/comments`, {
    body: { body: 'Said.' },
  })
}

async function remove(scene: Scene) {
  const { repo, pull } = await somePull(scene, 'open', 'closed', 'merged')
  await scene.made.site.call('DELETE', `/repos/${repo.full_name}/issues/${pull.number}`)
}

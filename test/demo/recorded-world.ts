import type { DialectName } from '../../src/demo/dialect.ts'
import { madeFake } from './fake.ts'

const body = 'Pitch.\n\nOn-behalf-of: Alice <alice>\n'

/**
 * The story that the recordings of Gitea 1.26.1 and Forgejo 7.0.0 tell, step by step in their order; afterwards the
 * fake holds what they held when the API was asked.
 */
export function recordedStory(dialect: DialectName, until: 'asked' | 'to its end' = 'asked') {
  const made = madeFake(dialect)
  const { world, pass } = made
  for (const name of ['root1', 'rfcbot', 'alice', 'mallory', 'five', 'six', 'seven', 'eight'])
    world.user(name, { isAdmin: name === 'root1' })
  world.organization('recorded', 'rfcbot')
  world.hook('recorded', 'http://127.0.0.1:3991/webhooks/gitea', { secret: 'geheim' })
  world.createRepo('recorded/meta', { first: () => undefined })
  firstCommit(made)
  const bot = { by: 'rfcbot' }
  const step = (act: () => unknown) => {
    pass(5)
    act()
  }
  step(() =>
    world.commit('recorded/meta', 'main', { 'rfcs/open-human-model.md': '---\nslug: open-human-model\n---\n' }, bot),
  )
  step(() => world.commit('recorded/meta', 'propose/second', { 'rfcs/second.md': 'second' }, bot))
  step(() => world.openPull('recorded/meta', 'propose/second', { title: 'Propose second', body, ...bot }))
  step(() => world.retitle('recorded/meta', 1, 'Propose: second', bot))
  step(() => world.rewrite('recorded/meta', 1, body.replace('Pitch', 'Pitch 2'), bot))
  step(() => world.comment('recorded/meta', 1, 'Nice', { by: 'alice' }))
  step(() => world.label('recorded/meta', 1, 'idea', bot))
  step(() => world.approve('recorded/meta', 1, 'ok', { by: 'root1' }))
  step(() => world.commit('recorded/meta', 'propose/second', { 'rfcs/third.md': 'third' }, bot))
  step(() => world.close('recorded/meta', 1, bot))
  step(() => world.reopen('recorded/meta', 1, bot))
  step(() => world.merge('recorded/meta', 1, bot))
  step(() => world.deleteBranch('recorded/meta', 'propose/second', bot))
  const ninth = pushTwelve(made)
  pass(5)
  step(() => forcePush(made, ninth))
  step(() => world.tag('recorded/meta', 'v1', 'edit-open-human-model-a1b2c3', bot))
  step(() =>
    world.openPull('recorded/meta', 'edit-open-human-model-a1b2c3', { title: 'Edit', body: 'No trailer', ...bot }),
  )
  step(() => world.merge('recorded/meta', 2, { ...bot, style: 'squash', deleteBranch: true }))
  step(() => forkAndPull(made))
  step(() => world.commit('mallory/meta', 'mine', { 'rfcs/more.md': 'more' }))
  step(() => world.branch('recorded/meta', 'claim/open-human-model', 'main', bot))
  step(() => world.retarget('recorded/meta', 3, 'claim/open-human-model', bot))
  step(() => partingWays(made, dialect))
  step(() => world.deletePull('recorded/meta', 3, bot))
  step(() => world.branch('recorded/meta', 'trunk', 'main', bot))
  step(() => world.changeRepo('recorded/meta', { defaultBranch: 'trunk' }))
  step(() => world.renameRepo('recorded/meta', 'meta2'))
  if (until === 'to its end') step(() => world.deleteRepo('recorded/meta2'))
  return { ...made, token: world.token('rfcbot') }
}

type Made = ReturnType<typeof madeFake>

/** The recorded repository was made with a README, of which no webhook told. */
function firstCommit({ world }: Made): void {
  const id = world.writeCommit(
    'recorded/meta',
    'main',
    { 'README.md': '# meta\n\n' },
    { by: 'rfcbot', message: 'Initial commit' },
  )
  world.setRef('recorded/meta', 'refs/heads/main', id)
  world.repo('recorded/meta').empty = false
}

/** Twelve commits, then by force the ninth of them with an empty one on top. */
function pushTwelve({ world }: Made): string {
  const commits = [world.tip('recorded/meta', 'main')]
  for (let number = 0; number < 12; number += 1) {
    const options = { by: 'rfcbot', parents: commits.slice(-1), message: `c${number}` }
    commits.push(world.writeCommit('recorded/meta', 'main', { [`n${number}`]: 'n' }, options))
  }
  world.push('recorded/meta', 'edit-open-human-model-a1b2c3', commits.at(-1), { by: 'rfcbot' })
  return commits[9] ?? ''
}

function forcePush({ world }: Made, ninth: string): void {
  const forced = world.writeCommit('recorded/meta', 'main', {}, { by: 'rfcbot', parents: [ninth], message: 'forced' })
  world.push('recorded/meta', 'edit-open-human-model-a1b2c3', forced, { by: 'rfcbot' })
}

function forkAndPull({ world }: Made): void {
  world.fork('recorded/meta', 'mallory')
  world.commit('mallory/meta', 'mine', { 'rfcs/fork.md': 'fork' })
  world.openPull('recorded/meta', 'mallory:mine', { title: 'From a fork', by: 'mallory' })
}

/** Where the two recordings differ: Gitea renamed the base branch and deleted the fork, Forgejo deleted both. */
function partingWays({ world }: Made, dialect: DialectName): void {
  if (dialect === 'forgejo-7') world.deleteBranch('recorded/meta', 'claim/open-human-model', { by: 'rfcbot' })
  else world.renameBranch('recorded/meta', 'claim/open-human-model', 'claim/renamed', { by: 'rfcbot' })
  world.deleteRepo('mallory/meta', { by: 'mallory' })
}

/** A world as the recordings of Gitea 1.15.11 show: an organisation with open and merged pulls, and a large neighbour. */
export function recordedOld() {
  const made = madeFake('gitea-1.15')
  const { world, pass } = made
  for (const name of ['root1', 'rfcbot', 'alice', 'bob', 'five', 'six', 'seven', 'eight', 'nine']) world.user(name)
  world.organization('small3', 'rfcbot')
  world.createRepo('small3/meta')
  const entries = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`rfcs/rfc-topic-${String(at).padStart(4, '0')}.md`, `# ${at}\n`]),
  )
  world.commit('small3/meta', 'main', entries)
  for (const number of [0, 1, 2, 3, 4]) pullOf(made, 'small3/meta', `edit-rfc-topic-000${number}-a5cd68`)
  world.close('small3/meta', 1)
  for (const number of [0, 1, 2, 3, 4, 5]) {
    world.createRepo(`small3/rfc-topic-000${number}`)
    world.commit(`small3/rfc-topic-000${number}`, 'main', { 'RFC.md': '# RFC\n' })
  }
  for (const number of [0, 1, 2, 3, 4, 5]) pullOf(made, 'small3/rfc-topic-0000', `topic-00${number}`)
  pass(1)
  for (const number of [1, 2]) world.merge('small3/rfc-topic-0000', number)
  world.close('small3/rfc-topic-0000', 6)
  world.branch('small3/rfc-topic-0000', 'other')
  bigNeighbour(made)
  world.merge('big2/rfc-topic-0043', 635)
  world.close('big2/rfc-topic-0043', 634)
  return { ...made, token: world.token('rfcbot') }
}

function pullOf({ world }: Made, repo: string, branch: string): void {
  world.commit(repo, branch, { [`${branch}.md`]: branch })
  world.openPull(repo, branch, { by: 'rfcbot' })
}

/** So many pulls elsewhere that those of the asked owner are only some of 646: this server does not look at `owner`. */
function bigNeighbour(made: Made): void {
  const { world } = made
  world.organization('big2', 'rfcbot')
  world.createRepo('big2/rfc-topic-0043')
  world.commit('big2/rfc-topic-0043', 'main', { 'RFC.md': '# RFC\n' })
  for (let number = 0; number < 646 - 11; number += 1) pullOf(made, 'big2/rfc-topic-0043', `topic-${number}`)
}

/** What Gitea 1.15.11's recorded webhooks tell of. */
export function recordedOldStory() {
  const made = madeFake('gitea-1.15')
  const { world } = made
  for (const name of ['root1', 'rfcbot']) world.user(name)
  world.organization('rfcs', 'rfcbot')
  world.createRepo('rfcs/meta')
  world.commit('rfcs/meta', 'main', { 'README.md': '# meta\n' })
  world.hook('rfcs', 'http://127.0.0.1:3999/', { secret: 'geheim' })
  world.commit('rfcs/meta', 'propose/human', { 'rfcs/human.md': 'human' })
  world.openPull('rfcs/meta', 'propose/human', { title: 'Propose: human' })
  world.retitle('rfcs/meta', 1, 'Propose: open human')
  world.commit('rfcs/meta', 'propose/human', { 'rfcs/human.md': 'open human' })
  world.close('rfcs/meta', 1)
  world.reopen('rfcs/meta', 1)
  world.merge('rfcs/meta', 1)
  world.deleteBranch('rfcs/meta', 'propose/human')
  world.branch('rfcs/meta', 'edit-human-abc123')
  world.createRepo('rfcs/other')
  world.deleteRepo('rfcs/other')
  return made
}

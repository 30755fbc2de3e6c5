import type { DialectName } from '../../src/demo/dialect.ts'
import type { FakeGitea } from '../../src/demo/fake-gitea.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import { entryText } from '../support/entry-text.ts'
import { seededRandom } from '../support/seeded-random.ts'

export type Repository = ReturnType<FakeGitea['world']['repositories']>[number]
export type Upstream = ReturnType<typeof openUpstream>

/** Texts of pulls with what their trailers say, written down by hand. */
export const bodies: { text: string; actor: string | null; supersedes: number[] }[] = [
  { text: '', actor: null, supersedes: [] },
  { text: 'No trailer.', actor: null, supersedes: [] },
  { text: 'A pitch.\n\nOn-behalf-of: Alice <alice>\n', actor: 'alice', supersedes: [] },
  { text: 'A pitch.\r\n\r\nOn-behalf-of: Bob <bob>\r\n', actor: 'bob', supersedes: [] },
  { text: 'On-behalf-of: Above <above>\n\nText below.\n', actor: null, supersedes: [] },
  { text: 'First.\n\nOn-behalf-of: Quoted <quoted>\n\nOn-behalf-of: Dora <dora>\n', actor: 'dora', supersedes: [] },
  { text: 'Two.\n\nOn-behalf-of: A <a>\nOn-behalf-of: B <b>\n', actor: null, supersedes: [] },
  { text: '```\nOn-behalf-of: Code <code>\n```\n', actor: null, supersedes: [] },
  { text: 'Better.\n\nSupersedes: #1\nOn-behalf-of: Carol <carol>\n', actor: 'carol', supersedes: [1] },
  { text: 'Better.\n\nSupersedes: #1\nSupersedes: #2\n', actor: null, supersedes: [1, 2] },
  { text: 'Better.\n\nSupersedes: #2\n', actor: null, supersedes: [2] },
  { text: 'Better.\n\nSupersedes: #1 and #2\n', actor: null, supersedes: [] },
  { text: 'A pitch.\n\nOn-behalf-of: Erin\n', actor: null, supersedes: [] },
  { text: 'A pitch.\n\non-BEHALF-of: Gina <gina>\n', actor: 'gina', supersedes: [] },
]

/** Who has which id. */
export const logins = ['', 'rfc-bot', 'alice', 'bob', 'rfcs', 'owner']
export const bot = 'rfc-bot'

const secret = 'geheim'

/**
 * The organisation as every history finds it: a meta repository with five RFCs, an own repository with many branches and pulls, one
 * with few. `skew` is how far the server's clock is ahead.
 */
export function openUpstream({ dialect, now }: { dialect: DialectName; now: () => number }) {
  const server = { skew: 0 }
  const fake = fakeGitea({
    dialect,
    now: () => now() + server.skew,
    random: seededRandom(7),
    url: 'http://gitea.test',
  })
  const { world } = fake
  for (const login of ['rfc-bot', 'alice', 'bob']) world.user(login)
  world.organization('rfcs', 'rfc-bot').owners.add(world.user('owner').id)
  const people = new Map<number, { login: string }>()
  world.createRepo('rfcs/meta')
  const own = (name: string) => ({ state: 'active', repo: `rfcs/${name}` })
  world.commit('rfcs/meta', 'main', {
    'README.md': '# RFCs\n',
    'rfcs/one.md': entryText('one', own('one')),
    'rfcs/two.md': entryText('two', own('two')),
    'rfcs/three.md': entryText('three'),
    'rfcs/four.md': entryText('four'),
    'rfcs/five.md': entryText('five', { state: 'withdrawn' }),
  })
  seedRepositories(fake)
  const token = world.token('owner', ['read:repository', 'read:organization', 'read:issue'])
  world.hook('rfcs', 'http://rfcached.test/', { secret })
  fake.deliveries()
  return { fake, world, server, token, secret, people }
}

function seedRepositories({ world }: FakeGitea): void {
  for (const branch of ['edit-three-0a1b2c', 'propose/six']) {
    world.commit('rfcs/meta', branch, { [`notes/${branch.length}.txt`]: 'a\n' })
    world.openPull('rfcs/meta', branch, { by: 'rfc-bot', body: bodies[2]?.text ?? '' })
  }
  for (const name of ['one', 'two']) {
    world.createRepo(`rfcs/${name}`)
    world.commit(`rfcs/${name}`, 'main', { 'RFC.md': `# ${name}\n` })
  }
  for (const branch of ['b1', 'b2', 'b3', 'b4', 'b5']) {
    world.commit('rfcs/one', branch, { [`${branch}.txt`]: 'b\n' })
    if (branch < 'b4') world.openPull('rfcs/one', branch, { by: 'alice', body: '' })
  }
}

// A fake Gitea in a thread of its own, so that its work is not taken for ours: an RFC organisation of the size that it is told.
import { parentPort, workerData } from 'node:worker_threads'
import { fakeGitea } from '../src/demo/fake-gitea.ts'
import { serveFake } from '../src/demo/serve-fake.ts'
import { entryText } from '../test/support/entry-text.ts'

const { entries, repos, pulls, latencyMs } = workerData
/** It was all made an hour ago: a probe has nothing to look at twice. */
let agoMs = 3_600_000
const fake = fakeGitea({
  dialect: 'gitea-1.26',
  now: () => Date.now() - agoMs,
  random: Math.random,
  url: 'http://gitea.test',
})
const { world } = fake
for (const login of ['rfc-bot', 'alice']) world.user(login)
world.organization('rfcs', 'rfc-bot').owners.add(world.user('owner').id)
world.createRepo('rfcs/meta')
const slugOf = (at: number) => `rfc-${String(at).padStart(4, '0')}`
const files = Array.from({ length: entries }, (_, at) => {
  const own = at < repos ? { state: 'active', repo: `rfcs/${slugOf(at)}` } : {}
  return [`rfcs/${slugOf(at)}.md`, entryText(slugOf(at), own, `${`What ${slugOf(at)} says. `.repeat(100)}\n`)]
})
world.commit('rfcs/meta', 'main', Object.fromEntries(files))
for (let at = 0; at < repos; at++) {
  const repo = `rfcs/${slugOf(at)}`
  world.createRepo(repo)
  world.commit(repo, 'main', { 'RFC.md': `# ${slugOf(at)}\n` })
  for (let nth = 0; nth < pulls / repos; nth++) {
    world.branch(repo, `topic-${nth}`)
    world.commit(repo, `topic-${nth}`, { [`${nth}.md`]: `${nth}\n` })
    const number = world.openPull(repo, `topic-${nth}`, { by: nth % 2 ? 'alice' : 'rfc-bot' })
    if (nth % 3 === 0) world.merge(repo, number)
  }
}
agoMs = 0
const { url } = await serveFake(fake, { latencyMs })
parentPort?.postMessage({ url, token: world.token('owner') })

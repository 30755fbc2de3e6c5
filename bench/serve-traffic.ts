import type { Served } from '../test/stories/served.ts'

type World = Served['world']
type Random = () => number

const slugs = ['alpha', 'beta', 'gamma']

/** One random change of an organisation as `openServed` seeds it; false when there was nothing such a change could be made to. */
export function changeOnce(world: World, random: Random): boolean {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  const word = () => Math.floor(random() * 1e9).toString(36)
  const slug = pick(slugs) ?? 'alpha'
  const repo = random() < 0.3 ? 'rfcs/meta' : `rfcs/${slug}`
  const branch =
    repo === 'rfcs/meta' ? `edit-delta-00000${Math.floor(random() * 9)}` : `topic-${Math.floor(random() * 9)}`
  const numbers = [...world.repo(repo).pulls.keys()]
  const number = pick(numbers) ?? 0
  const changes = [
    () => void world.commit(repo, branch, { [`${word()}.md`]: word() }),
    () => void world.commit(`rfcs/${slug}`, 'main', { 'RFC.md': `# ${word()}\n` }),
    () =>
      void world.commit('rfcs/meta', 'main', {
        [`rfcs/x-${word()}.md`]: `---\nslug: x-${word()}\ntitle: ${word()}\nstate: super-draft\n---\n`,
      }),
    () => void world.openPull(repo, branch, { by: 'alice', title: word(), body: word() }),
    () => world.retitle(repo, number, word()),
    () => world.rewrite(repo, number, word()),
    () => world.close(repo, number),
    () => world.reopen(repo, number),
    () => void world.merge(repo, number),
    () => void world.deleteBranch(repo, branch),
  ]
  try {
    pick(changes)?.()
    return true
  } catch {
    return false
  }
}

/** So many deliveries of a push to one repository, 64 at once: how many were answered 202, in how long, and how often it was read. */
export async function burst(
  served: Served,
  deliveries: number,
): Promise<{ taken: number; seconds: number; refreshes: number }> {
  const { fake, world } = served
  await served.settled()
  let refreshes = 0
  fake.fail(({ path }) => {
    if (path.endsWith('/rfcs/beta/git/refs')) refreshes++
    return undefined
  })
  const repository = { id: world.repo('rfcs/beta').id, full_name: 'rfcs/beta', default_branch: 'main' }
  const payload = { ref: 'refs/heads/main', repository }
  const began = performance.now()
  let left = deliveries
  let taken = 0
  const send = async () => {
    while (left-- > 0) if ((await served.deliver('push', payload)) === 202) taken++
  }
  await Promise.all(Array.from({ length: 64 }, send))
  const seconds = (performance.now() - began) / 1000
  await served.settled()
  return { taken, seconds, refreshes }
}

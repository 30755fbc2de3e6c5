import { expect, test } from 'vitest'
import { madeFake } from './fake.ts'

/** A repository under a hook that wants everything; `told` gives what an act makes it say. */
function watched(dialect: 'gitea-1.26' | 'forgejo-7') {
  const made = madeFake(dialect)
  const { fake, world } = made
  world.user('bot')
  world.user('mallory')
  world.organization('rfcs', 'bot')
  world.hook('rfcs', 'http://127.0.0.1:9/hook')
  world.createRepo('rfcs/meta')
  world.commit('rfcs/meta', 'main', { 'README.md': 'x' })
  fake.deliveries()
  const told = (act: () => unknown): string[] => {
    act()
    return fake.deliveries().map(({ headers, body }) => {
      const { action, ref, pull_request: pull } = JSON.parse(body.toString())
      return [headers['X-Gitea-Event-Type'], action ?? ref, ...(pull ? [pull.state, pull.base.ref] : [])].join(' ')
    })
  }
  return { ...made, told }
}

/** What Gitea 1.26.1 and Forgejo 7.0.0 were seen to send, an act at a time. */
test.each(['gitea-1.26', 'forgejo-7'] as const)('%s tells of each change what the real server tells', (dialect) => {
  const { world, told } = watched(dialect)
  const gitea = dialect === 'gitea-1.26'
  const name = (branch: string) => (gitea ? branch : `refs/heads/${branch}`)
  const commit = (branch: string, from = 'main') => world.commit('rfcs/meta', branch, { [branch]: branch }, { from })
  expect(told(() => world.createRepo('rfcs/other'))).toEqual(['repository created'])
  expect(told(() => commit('b1'))).toEqual([`create ${name('b1')}`, 'push refs/heads/b1'])
  expect(told(() => world.openPull('rfcs/meta', 'b1', { body: 'b' }))).toEqual(['pull_request opened open main'])
  expect(told(() => world.rewrite('rfcs/meta', 1, 'b'))).toEqual(gitea ? ['pull_request edited open main'] : [])
  expect(told(() => world.close('rfcs/meta', 1))).toEqual(['pull_request closed closed main'])
  expect(told(() => commit('b1'))).toEqual(['push refs/heads/b1'])
  expect(told(() => world.reopen('rfcs/meta', 1))).toEqual(['pull_request reopened open main'])
  expect(told(() => commit('b1'))).toEqual(['push refs/heads/b1', 'pull_request_sync synchronized open main'])
  expect(told(() => world.deleteBranch('rfcs/meta', 'b1'))).toEqual([
    `delete ${name('b1')}`,
    'pull_request closed closed main',
  ])
  commit('base')
  commit('b2', 'base')
  expect(told(() => world.openPull('rfcs/meta', 'b2', { base: 'base' })).at(-1)).toBe('pull_request opened open base')
  const closed = gitea ? [] : ['pull_request closed closed base']
  expect(told(() => world.deleteBranch('rfcs/meta', 'base'))).toEqual([`delete ${name('base')}`, ...closed])
  expect(told(() => world.fork('rfcs/meta', 'mallory'))).toEqual([])
  expect(told(() => world.commit('mallory/meta', 'mine', { z: 'z' }))).toEqual([])
  expect(told(() => world.openPull('rfcs/meta', 'mallory:mine'))).toEqual(['pull_request opened open main'])
  expect(told(() => world.commit('mallory/meta', 'mine', { y: 'y' }))).toEqual([
    'pull_request_sync synchronized open main',
  ])
  expect(told(() => world.deleteRepo('mallory/meta'))).toEqual(['pull_request closed closed main'])
  expect(told(() => world.deletePull('rfcs/meta', 1))).toEqual(gitea ? ['pull_request deleted closed main'] : [])
  expect(told(() => world.changeRepo('rfcs/meta', { private: true }))).toEqual([])
  expect(told(() => world.renameRepo('rfcs/meta', 'meta2'))).toEqual([])
  expect(told(() => world.deleteRepo('rfcs/meta2'))).toEqual(['repository deleted'])
})

test.each(['gitea-1.26', 'forgejo-7'] as const)(
  'on %s a pull onto a merged and deleted branch goes on onto its base',
  (dialect) => {
    const { world, told } = watched(dialect)
    world.commit('rfcs/meta', 'b4', { b4: 'b4' })
    world.openPull('rfcs/meta', 'b4')
    world.commit('rfcs/meta', 'b5', { b5: 'b5' }, { from: 'b4' })
    told(() => world.openPull('rfcs/meta', 'b5', { base: 'b4' }))
    const merged = told(() => world.merge('rfcs/meta', 1, { deleteBranch: true }))
    const gone = dialect === 'gitea-1.26' ? 'b4' : 'refs/heads/b4'
    expect(merged).toEqual(['pull_request closed closed main', 'push refs/heads/main', `delete ${gone}`])
    expect(world.pull('rfcs/meta', 2)).toMatchObject({ base: 'main', closed: undefined })
  },
)

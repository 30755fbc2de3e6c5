import { describe, expect, test } from 'vitest'
import { dialects, madeFake } from './fake.ts'

/** A repository with a branch, an open pull from it, and another from a fork, all some time ago. */
function settled(dialect: (typeof dialects)[number]) {
  const made = madeFake(dialect)
  const { world, pass } = made
  world.user('bot')
  world.user('mallory')
  world.organization('rfcs', 'bot')
  world.createRepo('rfcs/meta')
  world.commit('rfcs/meta', 'main', { 'README.md': 'x' })
  world.commit('rfcs/meta', 'propose/a', { 'rfcs/a.md': 'a' })
  world.openPull('rfcs/meta', 'propose/a')
  world.fork('rfcs/meta', 'mallory')
  world.commit('mallory/meta', 'mine', { 'rfcs/m.md': 'm' })
  world.openPull('rfcs/meta', 'mallory:mine', { by: 'mallory' })
  world.branch('rfcs/meta', 'claim/a')
  pass(60)
  const repo = world.repo('rfcs/meta')
  const pulls = () => [...repo.pulls.values()].map(({ number, updated }) => [number, updated] as const)
  const refs = () => JSON.stringify([...repo.refs].sort())
  /** What an act moves: `repo`, `refs`, and pulls by number. */
  const movedBy = (act: () => unknown) => {
    const before = { updated: repo.updated, refs: refs(), pulls: new Map(pulls()) }
    act()
    const moved = pulls().filter(([number, updated]) => before.pulls.get(number) !== updated)
    return [
      ...(repo.updated === before.updated ? [] : ['repo']),
      ...(refs() === before.refs ? [] : ['refs']),
      ...moved.map(([number]) => `pull ${number}`),
    ]
  }
  return { ...made, movedBy }
}

describe.each(dialects)('on %s', (dialect) => {
  const newSettings = dialect === 'gitea-1.26' ? [] : ['repo']
  const changes: [what: string, act: (made: ReturnType<typeof settled>) => unknown, moved: string[]][] = [
    ['a push to a branch', ({ world }) => world.commit('rfcs/meta', 'main', { a: 'a' }), ['repo', 'refs']],
    ['a new branch', ({ world }) => world.branch('rfcs/meta', 'new'), ['repo', 'refs']],
    ['a deleted branch', ({ world }) => world.deleteBranch('rfcs/meta', 'claim/a'), ['repo', 'refs']],
    ['a tag', ({ world }) => world.tag('rfcs/meta', 'v1', 'main'), ['repo', 'refs']],
    ['a new pull', ({ world }) => world.openPull('rfcs/meta', 'claim/a'), ['refs', 'pull 3']],
    ['a new title', ({ world }) => world.retitle('rfcs/meta', 1, 'new'), ['pull 1']],
    ['the same title', ({ world }) => world.retitle('rfcs/meta', 1, 'propose/a'), []],
    ['a new body', ({ world }) => world.rewrite('rfcs/meta', 1, 'new'), ['pull 1']],
    ['a comment', ({ world }) => world.comment('rfcs/meta', 1, 'new'), ['pull 1']],
    ['a label', ({ world }) => world.label('rfcs/meta', 1, 'idea'), ['pull 1']],
    ['a review', ({ world }) => world.approve('rfcs/meta', 1, 'ok'), ['pull 1']],
    ['closing', ({ world }) => world.close('rfcs/meta', 1), ['pull 1']],
    ['another base', ({ world }) => world.retarget('rfcs/meta', 1, 'claim/a'), ['pull 1']],
    [
      'a push to the head',
      ({ world }) => world.commit('rfcs/meta', 'propose/a', { b: 'b' }),
      ['repo', 'refs', 'pull 1'],
    ],
    ["a push to a fork's head", ({ world }) => world.commit('mallory/meta', 'mine', { b: 'b' }), ['refs', 'pull 2']],
    ['a merge', ({ world }) => world.merge('rfcs/meta', 1), ['repo', 'refs', 'pull 1']],
    ['a deleted head', ({ world }) => world.deleteBranch('rfcs/meta', 'propose/a'), ['repo', 'refs', 'pull 1']],
    ['a deleted pull', ({ world }) => world.deletePull('rfcs/meta', 1), ['refs']],
    ['a new name', ({ world }) => world.renameRepo('rfcs/meta', 'meta2'), newSettings],
    ['another default branch', ({ world }) => world.changeRepo('rfcs/meta', { defaultBranch: 'claim/a' }), newSettings],
    ['privacy', ({ world }) => world.changeRepo('rfcs/meta', { private: true }), newSettings],
    ['another name for its author', ({ world }) => world.renameUser('mallory', 'trent'), []],
  ]

  test.each(changes)('%s moves what the real server moves', (_, act, moved) => {
    const made = settled(dialect)
    expect(made.movedBy(() => act(made))).toEqual(moved)
  })

  test('a push to the head of a closed pull moves the repository alone', () => {
    const { world, movedBy, pass } = settled(dialect)
    world.close('rfcs/meta', 1)
    pass(60)
    expect(movedBy(() => world.commit('rfcs/meta', 'propose/a', { b: 'b' }))).toEqual(['repo', 'refs'])
  })

  test('two changes within a second have the same time', () => {
    const { world, movedBy, pass } = settled(dialect)
    world.comment('rfcs/meta', 1, 'one')
    pass(0.4)
    expect(movedBy(() => world.comment('rfcs/meta', 1, 'two'))).toEqual([])
  })
})

test('a branch renamed on Gitea 1.26 moves nothing but its refs, and open pulls follow it', () => {
  const { world, movedBy } = settled('gitea-1.26')
  expect(movedBy(() => world.renameBranch('rfcs/meta', 'propose/a', 'propose/z'))).toEqual(['refs'])
  expect(world.pull('rfcs/meta', 1).head.branch).toBe('propose/z')
})

test('an AGit pull moves the repository on Forgejo alone', () => {
  for (const dialect of ['gitea-1.26', 'forgejo-7'] as const) {
    const { world, movedBy } = settled(dialect)
    const commit = world.writeCommit('rfcs/meta', 'main', { z: 'z' })
    const moved = movedBy(() => world.openAgitPull('rfcs/meta', commit, { by: 'mallory' }))
    expect(moved).toEqual([...(dialect === 'forgejo-7' ? ['repo'] : []), 'refs', 'pull 3'])
  }
})

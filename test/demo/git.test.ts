import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { archiveOf } from '../../src/demo/git/archive.ts'
import { commitsFrom, lastCommitOf, mergeBase } from '../../src/demo/git/history.ts'
import { pathView } from '../../src/demo/git/pathspec.ts'
import { madeFake } from './fake.ts'
import { realGit } from './real-git.ts'

test('blobs, trees and commits have the ids that git gives them', () => {
  using real = realGit()
  const { world } = madeFake('gitea-1.26')
  world.user('alice')
  world.createRepo('alice/meta')
  const first = world.commit(
    'alice/meta',
    'main',
    {
      'a/b.md': 'deep',
      'a-b': 'sorts before the directory',
      'a.md': 'sorts before it too',
      ab: 'sorts after it',
      'rfcs/ünï 日本.md': 'ü\r\n\u0001',
      link: { symlink: 'rfcs/ünï 日本.md' },
      run: { executable: '#!/bin/sh\n' },
      empty: '',
    },
    {
      message: 'Erste Zeile\n\nOn-behalf-of: Ü <ü>\n',
      author: { name: 'Ü', seconds: 1_700_000_000, offset: '+0530' },
      committer: { seconds: 1_700_000_900, offset: '-0330' },
    },
  )
  const second = world.commit('alice/meta', 'main', { 'a/b.md': null, run: 'plain now' })
  const repo = world.repo('alice/meta')
  real.load(repo.objects, [first, second], { 'refs/heads/main': second })
  expect(real.git('rev-list', 'main')).toBe(`${second}\n${first}`)
  expect(real.git('ls-tree', '-r', '-t', '--format=%(objectmode) %(objectname)', first)).toMatch(/^100644/)
  expect(real.git('rev-parse', `${second}^{tree}`)).toBe(repo.objects.commit(second)?.tree)
})

test('history reads as git log reads it, through merges and back', () => {
  using real = realGit()
  const { repo, commits, tips } = tangledHistory(1)
  real.load(repo.objects, commits, { 'refs/heads/main': tips[0], 'refs/heads/side': tips[1] })
  const log = (...args: string[]) =>
    real
      .git('log', '--format=%H', ...args)
      .split('\n')
      .filter((id) => id !== '')
  for (const path of ['f0', 'f1', 'd/f2', 'd', 'absent', 'f[01]', 'd/*', '*2', ':(literal)f[01]', 'f?']) {
    const ours = [...commitsFrom(repo.objects, tips[0], { path: pathView(path) })].map(({ id }) => id)
    expect(ours, path).toEqual(log('main', '--', path))
    expect(lastCommitOf(repo.objects, tips[0], pathView(path))?.id, path).toBe(log('-1', 'main', '--', path)[0])
  }
  expect([...commitsFrom(repo.objects, tips[0])].map(({ id }) => id)).toEqual(log('main'))
  expect([...commitsFrom(repo.objects, tips[0], { not: tips[1] })].map(({ id }) => id)).toEqual(
    log('main', '--not', 'side'),
  )
  expect(real.git('merge-base', '--all', 'main', 'side').split('\n')).toContain(
    mergeBase(repo.objects, tips[0], tips[1]),
  )
})

test('an archive unpacks to the files of its commit', () => {
  const { world } = madeFake('gitea-1.26')
  world.user('alice')
  world.createRepo('alice/Meta')
  const long = `${'deep/'.repeat(25)}${'x'.repeat(60)}.md`
  const commit = world.commit('alice/Meta', 'main', {
    'rfcs/ü.md': 'text',
    [long]: 'far',
    link: { symlink: 'rfcs/ü.md' },
    run: { executable: 'x' },
  })
  const { objects } = world.repo('alice/Meta')
  const directory = mkdtempSync(join(tmpdir(), 'rfcached-tar-'))
  try {
    writeFileSync(
      join(directory, 'a.tar.gz'),
      archiveOf(objects, objects.commit(commit) ?? expect.unreachable(), 'meta'),
    )
    execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: directory })
    expect(readFileSync(join(directory, 'meta', long), 'utf8')).toBe('far')
    expect(readFileSync(join(directory, 'meta/link'), 'utf8')).toBe('text')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

/** Commits with one or two parents, now and then out of order in time, that change, delete and restore a few files. */
function tangledHistory(seed: number) {
  const { world } = madeFake('gitea-1.26')
  world.user('alice')
  world.createRepo('alice/meta')
  let state = seed
  const below = (limit: number) => {
    state = (state * 48271) % 2147483647
    return state % limit
  }
  const commits: string[] = []
  for (let number = 0; number < 120; number += 1) {
    const near = () => commits[Math.max(0, commits.length - 1 - below(6))] ?? ''
    const parents = number === 0 ? [] : [...new Set(below(4) === 0 ? [near(), near()] : [near()])]
    const path = ['f0', 'f1', 'd/f2', 'd/f3', 'f[01]'][below(5)] ?? 'f0'
    const file = below(6) === 0 ? null : `${below(3)}`
    const author = { seconds: 1_700_000_000 + number * 60 - (below(5) === 0 ? 200 : 0) }
    commits.push(world.writeCommit('alice/meta', 'main', { [path]: file }, { parents, author, message: `${number}` }))
  }
  const tips: [string, string] = [commits.at(-1) ?? '', commits.at(-4) ?? '']
  return { repo: world.repo('alice/meta'), commits, tips }
}

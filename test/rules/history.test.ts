import { describe, expect, test } from 'vitest'
import { touchedBetween } from '../../src/rules/history.ts'

const commit = (sha: string, parents: string[], ...files: string[]) => ({ sha, parents, files })

describe('the files whose last commit may differ between two tips', () => {
  test('are those that the commits in between touched', () => {
    const range = [commit('c', ['b'], 'x'), commit('b', ['a'], 'y', 'z')]
    expect(touchedBetween('a', 'c', range)).toEqual(new Set(['x', 'y', 'z']))
  })

  test('are those of a merged branch too', () => {
    const range = [commit('m', ['a', 's']), commit('s', ['r'], 'x'), commit('r', ['a'], 'y')]
    expect(touchedBetween('a', 'm', range)).toEqual(new Set(['x', 'y']))
  })

  test('are none between a tip and itself', () => {
    expect(touchedBetween('a', 'a', [])).toEqual(new Set())
  })
})

describe('every file’s last commit may differ', () => {
  test('when history was rewritten', () => {
    expect(touchedBetween('a', 'c', [commit('c', ['b'], 'x'), commit('b', [], 'y')])).toBeNull()
  })

  test('when main came in as a second parent, as git may follow the other side', () => {
    expect(touchedBetween('a', 'm', [commit('m', ['s', 'a']), commit('s', ['r'], 'x')])).toBeNull()
  })

  test('when the range does not begin where it should', () => {
    expect(touchedBetween('a', 'c', [])).toBeNull()
    expect(touchedBetween('a', 'c', [commit('b', ['a'], 'x')])).toBeNull()
  })

  test('when commits go round in a circle, which ends all the same', () => {
    expect(touchedBetween('a', 'c', [commit('c', ['b']), commit('b', ['c'])])).toBeNull()
  })
})

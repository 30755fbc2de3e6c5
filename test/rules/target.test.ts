import fc from 'fast-check'
import { expect, test } from 'vitest'
import { laneOf, type Target, targetName, targetOf } from '../../src/rules/target.ts'

const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const anyTarget: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constantFrom('repos', 'meta-entries', 'meta-branches', 'meta-pulls', 'entry-dates') }),
  fc.record({ kind: fc.constantFrom('rfc-repo', 'refs'), repoId: number }),
  fc.record({ kind: fc.constant('pull'), repoId: number, number }),
  fc.record({ kind: fc.constant('meta-pull'), number }),
)

test('a target is the one its name names', () => {
  fc.assert(
    fc.property(anyTarget, (target) => {
      expect(targetOf(targetName(target))).toEqual(target)
    }),
  )
})

test('two targets have two names', () => {
  const name = ([one, other]: [Target, Target]) => [targetName(one), targetName(other)]
  fc.assert(
    fc.property(fc.tuple(anyTarget, anyTarget), (pair) => {
      const [one, other] = name(pair)
      expect(one === other).toBe(JSON.stringify(pair[0]) === JSON.stringify(pair[1]))
    }),
  )
})

test.each([
  '',
  'pull',
  'pull/1',
  'refs/',
  'refs/1/2',
  'meta-pull',
  'meta-pull/1/2',
  'rfc-repo/x',
  'refs/1\n',
  'repos/1',
])('a damaged queue is told of: %j is no target', (name) => expect(() => targetOf(name)).toThrow(/is no target/))

test('F9: what writes the same rows is of one lane', () => {
  const lanes = (targets: Target[]) => new Set(targets.map(laneOf)).size
  const ofOneRepo: Target[] = [
    { kind: 'rfc-repo', repoId: 7 },
    { kind: 'refs', repoId: 7 },
    { kind: 'pull', repoId: 7, number: 1 },
    { kind: 'pull', repoId: 7, number: 2 },
  ]
  expect(lanes(ofOneRepo)).toBe(1)
  expect(lanes([{ kind: 'meta-pulls' }, { kind: 'meta-pull', number: 1 }, { kind: 'meta-pull', number: 2 }])).toBe(1)
  expect(lanes([{ kind: 'repos' }, { kind: 'meta-entries' }])).toBe(1)
})

test('what writes other rows does not wait', () => {
  const targets: Target[] = [
    { kind: 'refs', repoId: 7 },
    { kind: 'refs', repoId: 8 },
    { kind: 'meta-branches' },
    { kind: 'meta-pull', number: 7 },
    { kind: 'meta-entries' },
  ]
  expect(new Set(targets.map(laneOf)).size).toBe(targets.length)
})

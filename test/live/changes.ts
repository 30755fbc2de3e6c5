import { branchChanges } from './changes/branches.ts'
import { entryChanges } from './changes/entries.ts'
import { pullChanges } from './changes/pulls.ts'
import { repositoryChanges } from './changes/repositories.ts'
import { type Changes, Nothing, type Scene } from './changes/scene.ts'
import { Refused } from './site.ts'

const all: Changes = { ...entryChanges, ...branchChanges, ...pullChanges, ...repositoryChanges }
const pool = Object.entries(all).flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name))

/**
 * Makes so many random changes, each a moment after the one before, and gives their names in order. What the server refuses, or
 * finds nothing to be made to, is no change: another is tried.
 */
export async function makeChanges(scene: Scene, count: number, pause: () => Promise<void>): Promise<string[]> {
  const made: string[] = []
  for (let tries = 0; made.length < count && tries < count * 10; tries++) {
    const name = scene.chance.pick(pool)
    try {
      await all[name]?.change(scene)
      made.push(name)
    } catch (error) {
      if (!(error instanceof Nothing || error instanceof Refused)) throw error
    }
    await pause()
  }
  return made
}

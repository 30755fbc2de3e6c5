import type { Application } from './example-application.ts'
import { type Scene, tellPast } from './example-organisation.ts'
import { fakeGitea } from './fake-gitea.ts'

const dayMs = 86_400_000
/** The example's past takes some weeks less; it ends before now. */
const pastDays = 100

/** A fake Gitea that holds the example organisation: its past is told, and from now on its clock is the real one. */
export function exampleGitea(application: Application) {
  let behindMs = pastDays * dayMs
  const now = () => Date.now() - behindMs
  const fake = fakeGitea({ dialect: 'gitea-1.26', now, random: Math.random, url: 'http://127.0.0.1' })
  const scene: Scene = {
    world: fake.world,
    pass: (days) => {
      behindMs = Math.max(0, behindMs - days * dayMs)
    },
    act: (action) => application.act({ ...action, at: new Date(now()) }),
  }
  const token = tellPast(scene)
  behindMs = 0
  return { fake, scene, token }
}

import type { ApiContent, ApiPull, ApiRef, ApiRepo } from '../api-shapes.ts'
import type { Action } from '../oracle/pulls.ts'
import type { Organisation } from '../organisation.ts'
import { part } from '../site.ts'

/** What a change is made with: the organisation, chance, and where the application notes what it did. */
export type Scene = { made: Organisation; chance: Chance; note: (action: Action) => void }

/** One random change; it throws Nothing where there is nothing it could be made to. */
type Change = (scene: Scene) => Promise<unknown>
export type Changes = Record<string, { weight: number; change: Change }>

export class Nothing extends Error {}

export type Chance = ReturnType<typeof chanceOf>

/** Random choices from random numbers; `count` never gives the same number twice. */
export function chanceOf(random: () => number) {
  let counted = 0
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new Nothing()
    return item
  }
  return {
    pick,
    odds: (share: number) => random() < share,
    count: () => ++counted,
    hex: () =>
      Math.floor(random() * 0x1000000)
        .toString(16)
        .padStart(6, '0'),
    some: <T>(items: readonly T[], most: number): T[] => {
      const wanted = 1 + Math.floor(random() * most)
      return [...new Set(Array.from({ length: wanted }, () => pick(items)))]
    },
  }
}

export async function metaOf({ made: { site, org } }: Scene): Promise<ApiRepo> {
  return site.call<ApiRepo>('GET', `/repos/${org}/meta`)
}

/** A repository of the organisation that is not empty; meta as often as all others together. */
export async function anyRepo(scene: Scene): Promise<ApiRepo> {
  return scene.chance.odds(0.5) ? metaOf(scene) : ownRepo(scene)
}

/** One that is not meta. */
export async function ownRepo({ made: { site, org }, chance }: Scene, isEmptyFine = false): Promise<ApiRepo> {
  const repos = await site.list<ApiRepo>(`/orgs/${org}/repos`)
  return chance.pick(repos.filter(({ name, empty }) => name !== 'meta' && (isEmptyFine || !empty)))
}

export type EntryFile = { path: string; text: string }

/** Some entry files of meta's default branch, with their texts. */
export async function someEntries(scene: Scene, most: number): Promise<EntryFile[]> {
  const { made, chance } = scene
  const paths = await entryPaths(scene)
  return Promise.all(
    chance.some(paths, most).map(async (path) => {
      const file = await made.site.call<ApiContent>('GET', `/repos/${made.org}/meta/contents/${part(path)}`)
      return { path, text: Buffer.from(file.content ?? '', 'base64').toString() }
    }),
  )
}

/** All of them; git's tree is the cheap way to ask, a contents listing walks history for each. */
export async function entryPaths(scene: Scene): Promise<string[]> {
  const { site, org } = scene.made
  const { default_branch } = await metaOf(scene)
  type Tree = { tree: { path: string; type: string; sha: string }[] | null }
  const root = await site.call<Tree>('GET', `/repos/${org}/meta/git/trees/${part(default_branch)}`)
  const folder = root.tree?.find(({ path }) => path === 'rfcs')
  if (!folder) throw new Nothing()
  const { tree } = await site.call<Tree>('GET', `/repos/${org}/meta/git/trees/${folder.sha}`)
  return (tree ?? [])
    .filter(({ type, path }) => type === 'blob' && path.endsWith('.md'))
    .map(({ path }) => `rfcs/${path}`)
}

async function branchesOf({ made: { site } }: Scene, repo: ApiRepo): Promise<string[]> {
  const refs = (await site.find<ApiRef[]>(`/repos/${repo.full_name}/git/refs`)) ?? []
  return refs.flatMap(({ ref }) => (ref.startsWith('refs/heads/') ? [ref.slice('refs/heads/'.length)] : []))
}

/** A branch that may be moved and deleted. */
export async function sideBranch(scene: Scene, repo: ApiRepo): Promise<string> {
  const branches = await branchesOf(scene, repo)
  return scene.chance.pick(branches.filter((name) => name !== repo.default_branch && name !== 'main'))
}

/** A pull in one of these states, of any repository. */
export async function somePull(scene: Scene, ...states: ('open' | 'closed' | 'merged')[]) {
  const repo = await anyRepo(scene)
  const pulls = await scene.made.site.list<ApiPull>(`/repos/${repo.full_name}/pulls?state=all`)
  const pull = scene.chance.pick(pulls.filter(({ merged, state }) => states.includes(merged ? 'merged' : state)))
  return { repo, pull, path: `/repos/${repo.full_name}/pulls/${pull.number}` }
}

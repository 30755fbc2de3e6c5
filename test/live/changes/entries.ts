import { entryText } from '../../support/entry-text.ts'
import { commitFiles } from '../commit.ts'
import { makeRepo } from '../seed.ts'
import { type Changes, entryPaths, metaOf, ownRepo, type Scene, someEntries } from './scene.ts'

type Files = Record<string, string | null>

/** What happens to the files under rfcs/. */
export const entryChanges: Changes = {
  'an entry edited': { weight: 8, change: edit },
  'an entry edited and put back': { weight: 3, change: putBack },
  'an entry’s words changed': { weight: 5, change: (scene) => reword(scene, words(scene)) },
  'an entry’s state changed': { weight: 6, change: (scene) => reword(scene, { state: scene.chance.pick(states) }) },
  'an entry given a repository': { weight: 6, change: giveRepo },
  'an entry graduated': { weight: 5, change: graduate },
  'an entry added': { weight: 5, change: add },
  'entries deleted': { weight: 3, change: remove },
  'an entry’s file renamed': { weight: 3, change: rename },
  'an entry’s slug changed': { weight: 3, change: reslug },
  'an entry copied': { weight: 2, change: copy },
  'an entry broken': { weight: 3, change: breakOne },
  'an entry mended': { weight: 3, change: mend },
}

const states = ['active', 'active', 'super-draft', 'super-draft', 'withdrawn', 'archived', null]

/** One commit on the default branch, by somebody, written in any zone and at any time. */
async function save(scene: Scene, files: Files): Promise<void> {
  const { made, chance } = scene
  const { default_branch } = await metaOf(scene)
  const day = `20${chance.pick(['19', '23', '25', '26'])}-0${chance.pick([1, 5, 9])}-1${chance.pick([0, 4, 8])}`
  const dates = { author: `${day}T10:11:12${chance.pick(zones)}`, committer: `${day}T23:59:58${chance.pick(zones)}` }
  const by = chance.pick([made.people.alice, made.people.bob, made.people.bot])
  await commitFiles(made.site, `${made.org}/meta`, default_branch, files, {
    by,
    ...(chance.odds(0.5) ? { dates } : {}),
  })
}

const zones = ['Z', '+05:30', '-08:00']

async function edit(scene: Scene) {
  const files = await someEntries(scene, 3)
  await save(
    scene,
    Object.fromEntries(files.map(({ path, text }) => [path, `${text}Change ${scene.chance.count()}.\n`])),
  )
}

async function putBack(scene: Scene) {
  for (const { path, text } of await someEntries(scene, 1)) {
    await save(scene, { [path]: `${text}Not for long.\n` })
    await save(scene, { [path]: text })
  }
}

async function reword(scene: Scene, lines: Files) {
  for (const { path, text } of await someEntries(scene, 1)) await save(scene, { [path]: withLines(text, lines) })
}

function words({ chance }: Scene): Files {
  const count = chance.count()
  const all: Files[] = [
    { title: `Title ${count}` },
    { title: null },
    { owners: `[alice, owner-${count}]` },
    { owners: null, tags: `[tag-${count}]` },
    { arbiters: '[]', proposed_by: `someone-${count}` },
    { id: `RFC-${count}`, graduated_at: '2026-01-02', graduated_by: 'bob' },
  ]
  return chance.pick(all)
}

async function giveRepo(scene: Scene) {
  const { org } = scene.made
  const own = (await ownRepo(scene, true)).full_name
  const repo = scene.chance.pick([
    own,
    own,
    own,
    own.toUpperCase(),
    'elsewhere/x',
    `${org}/meta`,
    `${org}/never-was`,
    null,
  ])
  await reword(scene, { repo, state: scene.chance.pick(['active', 'active', 'withdrawn', null]) })
}

async function graduate(scene: Scene) {
  const { made, chance } = scene
  const files = (await someEntries(scene, 12)).filter(({ text }) => text.includes('\nstate: super-draft\n'))
  const { path, text } = chance.pick(files)
  const name = `graduate-${chance.count()}`
  const isNew = chance.odds(0.6)
  if (isNew)
    await makeRepo(
      made,
      name,
      chance.pick(['main', 'trunk']),
      chance.pick([{ 'RFC.md': `# ${name}\n` }, { 'a.txt': 'a\n' }]),
    )
  const repo = isNew ? `${made.org}/${name}` : (await ownRepo(scene, true)).full_name
  await save(scene, { [path]: withLines(text, { state: 'active', repo }) })
}

async function add(scene: Scene) {
  const { chance } = scene
  const slug = `added-${chance.count()}`
  await save(scene, { [`rfcs/${slug}.md`]: entryText(slug, { state: chance.pick(states), tags: '[new]' }) })
}

async function remove(scene: Scene) {
  const files = scene.chance.some(await entryPaths(scene), 2)
  await save(scene, Object.fromEntries(files.map((path) => [path, null])))
}

async function rename(scene: Scene) {
  for (const { path, text } of await someEntries(scene, 1)) {
    await save(scene, { [path]: null, [`rfcs/renamed-${scene.chance.count()}.md`]: text })
  }
}

async function reslug(scene: Scene) {
  const { chance } = scene
  for (const { path, text } of await someEntries(scene, 1)) {
    const [taken = ''] = await someEntries(scene, 1)
    const slug =
      chance.odds(0.7) || taken === '' ? `slug-${chance.count()}` : taken.path.slice('rfcs/'.length, -'.md'.length)
    const changed = withLines(text, { slug })
    const moves = chance.odds(0.5) && (taken === '' || slug.startsWith('slug-'))
    await save(scene, moves ? { [path]: null, [`rfcs/${slug}.md`]: changed } : { [path]: changed })
  }
}

async function copy(scene: Scene) {
  for (const { text } of await someEntries(scene, 1)) {
    await save(scene, { [`rfcs/${scene.chance.pick(['aa', 'zz'])}-copy-${scene.chance.count()}.md`]: text })
  }
}

async function breakOne(scene: Scene) {
  const bad = scene.chance.pick([
    'No front matter.\n',
    '---\nslug: never-closed\n',
    '---\ntitle: Without a slug\n---\n',
    '',
  ])
  for (const { path } of await someEntries(scene, 1)) await save(scene, { [path]: bad })
}

async function mend(scene: Scene) {
  const files = (await someEntries(scene, 12)).filter(({ text }) => !/^---\nslug: \S+\n/.test(text))
  const { path } = scene.chance.pick(files)
  await save(scene, { [path]: entryText(`mended-${scene.chance.count()}`) })
}

/** The front matter with these lines in the place of the old ones; null takes a line out. A broken file stays as it is. */
function withLines(text: string, lines: Files): string {
  const [, front, body] = /^---\n((?:(?!---\n).*\n)*)(---\n[\s\S]*)$/.exec(text) ?? []
  if (front === undefined) return `${text}\n`
  const kept = front.split('\n').filter((line) => line !== '' && !(line.replace(/:.*/, '') in lines))
  const written = Object.entries(lines).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`]))
  const slug = written.filter((line) => line.startsWith('slug:'))
  return `---\n${[...slug, ...kept, ...written.filter((line) => !slug.includes(line))].join('\n')}\n${body}`
}

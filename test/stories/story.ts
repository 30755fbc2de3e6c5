import { copyFileSync } from 'node:fs'
import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeDoor } from '../../src/demo/door.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import type { Door, HttpAnswer } from '../../src/gitea/door.ts'
import { type Copy, openCopy } from '../support/copy.ts'
import { entryText } from '../support/entry-text.ts'
import { handClock } from '../support/hand-clock.ts'

export const dialects: DialectName[] = ['gitea-1.15', 'gitea-1.26', 'forgejo-7']
export const readScopes = ['read:repository', 'read:organization', 'read:issue']
const url = 'http://127.0.0.1:3000'

export type Story = ReturnType<typeof tellStory>
/** Sees, and may change, each answer on its way to the mirror; `path` is decoded, below api/v1. */
export type Spoiler = (path: string, answer: HttpAnswer) => HttpAnswer

type Files = Record<
  string,
  string | Buffer | { symlink: string } | { executable: string } | { submodule: string } | null
>
type NewPull = { by?: string; title?: string; body?: string; base?: string }

/** An organisation `rfcs` in a fake: an empty meta repository, a bot, people, and a copy of it all. Time passes only by hand. */
export function tellStory(dialect: DialectName = 'gitea-1.26', seed = 1) {
  const clock = handClock({ seed })
  const fake = fakeGitea({ dialect, now: clock.now, random: clock.random, url })
  const { world } = fake
  for (const login of ['rfc-bot', 'alice', 'bob', 'mallory']) world.user(login)
  world.organization('rfcs', 'rfc-bot').owners.add(world.user('reader').id)
  world.createRepo('rfcs/meta')
  let spoil: Spoiler = (_path, answer) => answer
  const door: Door = async (request) =>
    spoil(decodeURIComponent(request.path).replace('/api/v1', ''), await fakeDoor(fake)(request))
  const token = world.token('reader', readScopes)
  const copies: Copy[] = []
  const newCopy = (org = 'rfcs') => {
    const made = openCopy({ url, org, token, bot: 'rfc-bot', door, effects: clock.effects })
    copies.push(made)
    return made
  }
  const copy = newCopy()

  return {
    fake,
    world,
    clock,
    copy,
    /** Another copy of the same Gitea: made from nothing, or what this one holds now. */
    newCopy,
    twinOf: (one: Copy) => {
      const twin = newCopy()
      copyFileSync(one.file, twin.file)
      return twin
    },
    /** Writes files to the meta repository's default branch; null deletes one. Gives the commit. */
    write: (files: Files, by = 'alice') => {
      clock.pass(60)
      return world.commit('rfcs/meta', world.repo('rfcs/meta').defaultBranch, files, { by })
    },
    /** A repository for an RFC, with a document. */
    repo: (name: string, document = `# ${name}\n`) => {
      clock.pass(60)
      world.createRepo(`rfcs/${name}`)
      world.commit(`rfcs/${name}`, 'main', { 'RFC.md': document }, { by: 'alice' })
    },
    /** A commit on a branch, which is made where it is not there yet. Gives the commit. */
    push: (repo: string, branch: string, by = 'alice') => {
      clock.pass(60)
      return world.commit(repo, branch, { [`notes/${clock.now()}.txt`]: `${branch}\n` }, { by })
    },
    /** A branch with one commit on it and a pull from it, by the bot unless said. Gives the pull's number. */
    pull: (repo: string, branch: string, { by = 'rfc-bot', ...rest }: NewPull = {}): number => {
      clock.pass(60)
      world.commit(repo, branch, { [`notes/${clock.now()}.txt`]: `${branch}\n` }, { by })
      return world.openPull(repo, branch, { by, ...rest })
    },
    /** Has every answer pass through this from now on; said without: they arrive as they were. */
    spoil: (spoiler: Spoiler = (_path, answer) => answer) => {
      spoil = spoiler
    },
    [Symbol.dispose]: () => {
      for (const each of copies) each[Symbol.dispose]()
    },
  }
}

export const entry = entryText

/** An active RFC with a repository of its own, `rfcs/<slug>` unless said. */
export function active(slug: string, lines: Record<string, string | null> = {}): string {
  return entryText(slug, { state: 'active', repo: `rfcs/${slug}`, ...lines })
}

/** Changes the JSON of the answers whose path fits. */
export function altering<T>(pattern: RegExp, change: (value: T) => unknown): Spoiler {
  return (path, answer) => {
    if (!pattern.test(path) || answer.status !== 200) return answer
    const value: T = JSON.parse(Buffer.from(answer.body).toString())
    return { ...answer, body: Buffer.from(JSON.stringify(change(value))) }
  }
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Commit, ObjectStore } from '../../src/demo/git/objects.ts'
import { changedPaths } from '../../src/demo/git/trees.ts'

export type RealGit = Disposable & {
  git: (...args: string[]) => string
  load: (store: ObjectStore, commits: string[], refs: Record<string, string>) => void
}

/** A bare repository of the machine's own git, to compare with. */
export function realGit(): RealGit {
  const directory = mkdtempSync(join(tmpdir(), 'rfcached-git-'))
  const run = (args: string[], input?: Buffer) =>
    execFileSync('git', args, {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: directory },
      ...(input ? { input } : {}),
    })
  run(['init', '--quiet', '--bare', '.'])
  return {
    git: (...args) => run(args).trimEnd(),
    load(store, commits, refs) {
      const lines = commits.map((id) => commitLines(store, id))
      const ends = Object.entries(refs).map(([ref, id]) => Buffer.from(`reset ${ref}\nfrom :${mark(commits, id)}\n\n`))
      run(['fast-import', '--quiet', '--force'], Buffer.concat([...lines.map((line) => line(commits)), ...ends]))
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** A commit for git fast-import: the ids that come out are git's own work. */
function commitLines(store: ObjectStore, id: string): (commits: string[]) => Buffer {
  const commit = store.commit(id)
  if (!commit) throw new Error(`no commit ${id}`)
  return (commits) => {
    const [first, ...others] = commit.parents.map((parent) => mark(commits, parent))
    const from = first === undefined ? '' : `from :${first}\n`
    const merges = others.map((other) => `merge :${other}\n`).join('')
    const head = `reset refs/loading\ncommit refs/loading\nmark :${mark(commits, id)}\n${person('author', commit.author)}${person('committer', commit.committer)}`
    return Buffer.concat([
      Buffer.from(`${head}${data(commit.message)}${from}${merges}`),
      ...files(store, commit),
      Buffer.from('\n'),
    ])
  }
}

function files(store: ObjectStore, commit: Commit): Buffer[] {
  const base = store.commit(commit.parents[0] ?? '')?.tree ?? ''
  const changes = changedPaths(store, base, commit.tree)
  const gone = changes.filter(({ after }) => !after).map(({ path }) => Buffer.from(`D ${JSON.stringify(path)}\n`))
  const there = changes.flatMap(({ path, after }) => {
    if (!after) return []
    const blob = store.blob(after.id) ?? Buffer.alloc(0)
    return [
      Buffer.from(`M ${after.mode} inline ${JSON.stringify(path)}\ndata ${blob.length}\n`),
      blob,
      Buffer.from('\n'),
    ]
  })
  return [...gone, ...there]
}

function person(role: string, { name, email, seconds, offset }: Commit['author']): string {
  return `${role} ${name} <${email}> ${seconds} ${offset}\n`
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}

function mark(commits: string[], id: string): number {
  return commits.indexOf(id) + 1
}

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ApiRepo } from '../api-shapes.ts'
import type { Site } from '../site.ts'
import { type GitView, memo, time } from './git-view.ts'

const run = promisify(execFile)
const env = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

/** The machine's own git, in a folder, without anybody's configuration. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  return (await run('git', ['-C', folder, ...args], { env, maxBuffer: 2 ** 28 })).stdout
}

/** Where git reaches a repository, as the site's administrator. */
export function remoteOf(site: Site, fullName: string): string {
  const url = new URL(`${site.url.replace(/\/$/, '')}/${fullName}.git`)
  url.username = site.root.login
  url.password = site.root.authorization.replace('token ', '')
  return url.href
}

export type CloneViews = ReturnType<typeof cloneViews>

/** Views in mirror clones: what git itself says, without the API. */
export function cloneViews(site: Site) {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-clones-'))
  const at = (repo: ApiRepo) => join(folder, `${repo.id}.git`)
  const say = (repo: ApiRepo, ...args: string[]) => git(at(repo), ...args)

  async function fetch(repo: ApiRepo): Promise<void> {
    if (!existsSync(at(repo))) await git(folder, 'init', '--bare', '--quiet', at(repo))
    await say(repo, 'fetch', '--quiet', '--prune', remoteOf(site, repo.full_name), '+refs/*:refs/*')
  }
  const view = (): GitView => ({
    refs: memo(async (repo) => {
      await fetch(repo)
      return new Map(lines(await say(repo, 'for-each-ref', '--format=%(refname) %(objectname)')).map(pair))
    }),
    files: async (repo, commit, inside) => {
      const listed = (await say(repo, 'ls-tree', '-z', commit, ...(inside ? [`${inside}/`] : []))).split('\0')
      const regular = listed.flatMap((line) => /^100\d+ blob (\w+)\t([\s\S]*)$/.exec(line)?.slice(1, 3).join(' ') ?? [])
      return Promise.all(
        regular
          .map(pair)
          .map(async ([blob, path]) => ({ path, blob, text: await say(repo, 'cat-file', 'blob', blob) })),
      )
    },
    authoredAt: async (repo, commit) => time((await say(repo, 'log', '-1', '--format=%aI', commit)).trim()),
    lastCommittedAt: async (repo, commit, path) =>
      time((await say(repo, 'log', '-1', '--format=%cI', commit, '--', `:(literal)${path}`)).trim()),
  })
  return { view, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function pair(line: string): [string, string] {
  const blank = line.indexOf(' ')
  return [line.slice(0, blank), line.slice(blank + 1)]
}

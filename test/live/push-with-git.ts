import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { entryText } from '../support/entry-text.ts'
import { git, remoteOf } from './oracle/clone-view.ts'
import type { Organisation } from './organisation.ts'

/** Pushes to meta, and to a repository that it makes, what no API call makes: histories, links, programs, submodules, many refs at once. */
export async function pushWithGit(made: Organisation): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-push-'))
  try {
    await pushToMeta(made, join(folder, 'meta'))
    await pushBranches(made, join(folder, 'bulk'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function pushToMeta({ site, org }: Organisation, folder: string): Promise<void> {
  const say = await cloned(remoteOf(site, `${org}/meta`), folder)
  const branch = (await say('branch', '--show-current')).trim()
  const before = (await say('rev-parse', 'HEAD')).trim()
  put(folder, 'rfcs/pushed.md', entryText('pushed', { state: 'active', repo: `${org}/pushed` }))
  put(folder, 'rfcs/program.md', entryText('program'))
  symlinkSync('pushed.md', join(folder, 'rfcs/link.md'))
  await say('add', '--all')
  await say('update-index', '--chmod=+x', 'rfcs/program.md')
  await say('update-index', '--add', '--cacheinfo', `160000,${before},rfcs/module.md`)
  await say('commit', '--quiet', '--message', 'Links, programs, submodules')
  put(folder, 'rfcs/forgotten.md', entryText('forgotten'))
  await say('add', 'rfcs/forgotten.md')
  await say('commit', '--quiet', '--message', 'To be forgotten')
  await say('push', '--quiet', 'origin', branch)
  await say('reset', '--quiet', '--hard', 'HEAD~1')
  await say('checkout', '--quiet', '-b', 'edit/pushed/side', 'HEAD~1')
  put(folder, 'rfcs/side.md', entryText('side'))
  await say('add', 'rfcs/side.md')
  await say('commit', '--quiet', '--message', 'On the side', '--date', '2001-02-03T04:05:06+0900')
  await say('checkout', '--quiet', branch)
  await say('merge', '--quiet', '--no-ff', '--message', 'Merge', 'edit/pushed/side')
  await say(
    'push',
    '--quiet',
    '--force',
    'origin',
    branch,
    'edit/pushed/side',
    'HEAD:refs/notes/of-ours',
    'HEAD:refs/tags/edit-tag-0a1b2c',
  )
}

/** Thirty branches come and half of them go again, each in one push. */
async function pushBranches({ site, org }: Organisation, folder: string): Promise<void> {
  const names = Array.from({ length: 30 }, (_, at) => `bulk/${at}-ünï#%41+&=@'"`)
  await site.call('POST', `/orgs/${org}/repos`, { body: { name: 'pushed', auto_init: true, default_branch: 'main' } })
  const say = await cloned(remoteOf(site, `${org}/pushed`), folder)
  put(folder, 'RFC.md', '# Pushed\n')
  await say('add', 'RFC.md')
  await say('commit', '--quiet', '--message', 'A document')
  await say('push', '--quiet', 'origin', 'HEAD', ...names.map((name) => `HEAD:refs/heads/${name}`))
  await say('push', '--quiet', 'origin', ...names.slice(0, 15).map((name) => `:refs/heads/${name}`))
}

async function cloned(remote: string, folder: string) {
  await git(tmpdir(), 'clone', '--quiet', remote, folder)
  const who = ['-c', 'user.name=Pusher', '-c', 'user.email=pusher@example.org']
  return (...args: string[]) => git(folder, ...who, ...args)
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import { serveFake } from '../../src/demo/serve-fake.ts'
import { runCli } from './cli.ts'

export type Finding = { check: string; status: string; message: string; hint: string | null }

/** The scopes the mirror asks for. */
export const scopes = ['read:repository', 'read:organization', 'read:issue']

/** A fake Gitea behind HTTP with an organisation in it, and everything a `doctor` needs to find all well; `clockAhead` in seconds. */
export async function healthyPatient({
  dialect = 'gitea-1.26',
  clockAhead = 0,
}: {
  dialect?: DialectName
  clockAhead?: number
} = {}) {
  const now = () => Date.now() + clockAhead * 1000
  const fake = fakeGitea({ dialect, now, random: Math.random, url: 'http://127.0.0.1' })
  const { world } = fake
  world.user('boss')
  world.user('rfc-bot')
  world.user('reader')
  world.organization('guild', 'boss')
  world.createRepo('guild/meta')
  world.commit('guild/meta', 'main', { 'rfcs/tides.md': '---\nslug: tides\nstate: super-draft\n---\n' })
  world.commit('guild/meta', 'propose/tides', { 'rfcs/more.md': 'more' })
  world.openPull('guild/meta', 'propose/tides', { by: 'rfc-bot' })
  const token = world.token('reader', scopes)
  const served = await serveFake(fake)
  const folder = await mkdtemp(join(tmpdir(), 'rfcached-doctor-'))
  const config = {
    gitea: { url: served.url, org: 'guild', metaRepo: 'meta', botUser: 'rfc-bot', tokenFile: 'gitea-token' } as Record<
      string,
      string
    >,
    database: 'rfcs.sqlite',
  }
  return {
    fake,
    world,
    folder,
    config,
    token,
    /** Runs `doctor`, with that token in the token file; `findings` by the name of the check. */
    async examine({
      tokenValue = token,
      args = ['--json'],
      env = {},
    }: {
      tokenValue?: string
      args?: string[]
      env?: Record<string, string>
    } = {}) {
      await writeFile(join(folder, 'gitea-token'), tokenValue)
      await writeFile(join(folder, 'config.json'), JSON.stringify(config))
      const ended = await runCli(['doctor', '--config', join(folder, 'config.json'), ...args], env)
      return { ...ended, ...(args.includes('--json') ? read(ended.out) : { status: '', findings: new Map() }) }
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function read(out: string): { status: string; findings: Map<string, Finding> } {
  const { status, checks } = out === '' ? { status: '', checks: [] } : JSON.parse(out)
  return { status, findings: new Map(checks.map((finding: Finding) => [finding.check, finding])) }
}

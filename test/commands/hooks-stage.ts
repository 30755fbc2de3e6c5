import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import { onTestFinished, vi } from 'vitest'
import { type HookAction, type HooksOptions, manageHooks } from '../../src/commands/hooks.ts'
import { configShape, webhookUrl } from '../../src/config.ts'
import { openConfiguredStore } from '../../src/daemon.ts'
import type { DialectName } from '../../src/demo/dialect.ts'
import { fakeGitea } from '../../src/demo/fake-gitea.ts'
import { freePort } from '../../src/demo/free-port.ts'
import { serveFake } from '../../src/demo/serve-fake.ts'
import { describeRoutes } from '../../src/http/openapi.ts'
import { webhookRoutes } from '../../src/http/webhook.ts'
import type { Store } from '../../src/store/store.ts'

export type StageOptions = {
  dialect?: DialectName
  /** Of the token that manages hooks. */
  scopes?: string[]
  /** Who owns the repositories: an organisation or a user. */
  owner?: 'organization' | 'user'
  /** What the daemon knows; null: no daemon runs. */
  daemonKnows?: string[] | null
  /** Whether the daemon has read Gitea: then it follows rfcs/own, and rfcs/other is nothing to it. */
  hasCopy?: boolean
  /** Whether Gitea refuses to call our address. */
  isRefused?: boolean
  /** What else the configuration says, for a daemon at that port. */
  settings?: (port: number) => { listen?: object; webhook?: object }
}

type Printed = {
  url: string
  hooks: {
    level: string
    name: string
    id: number
    did?: string
    url: string
    events: string[]
    ours?: boolean
    right?: boolean
  }[]
  verified: boolean | null
  notes: string[]
  warnings: string[]
}

/** Pauses pass twenty times as fast. */
const effects = {
  now: Date.now,
  random: Math.random,
  sleep: (ms: number, signal?: AbortSignal) => sleep(ms / 20, undefined, { signal }),
}

/** A Gitea over HTTP with rfcs/meta, rfcs/own and rfcs/other, a daemon's receiver with its inbox, and the command. */
export async function hooksStage({
  dialect = 'gitea-1.26',
  scopes = ['all'],
  owner = 'organization',
  daemonKnows = ['new'],
  hasCopy = true,
  isRefused = false,
  settings = () => ({}),
}: StageOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-hooks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { fake, world, url, asked } = await gitea(dialect, owner, isRefused)
  const port = await freePort()
  for (const [name, text] of [
    ['token', world.token('owner', scopes)],
    ['secret', 'new'],
  ] as const)
    writeFileSync(join(folder, name), text)
  const words = {
    gitea: { url, org: 'rfcs', metaRepo: 'meta', botUser: 'bot', tokenFile: 'token' },
    database: join(folder, 'copy.sqlite'),
    listen: { port, ...settings(port).listen },
    webhook: { secretFile: 'secret', ...settings(port).webhook },
    log: { level: 'silent' },
  }
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(words))
  const config = configShape.parse(words)
  if (hasCopy) {
    const store = openConfiguredStore(config)
    onTestFinished(() => void store[Symbol.dispose]())
    follow(store, world)
    if (daemonKnows) await daemon(store, port, daemonKnows)
  }
  const options = { config: file, json: true, rotate: false }
  return {
    fake,
    world,
    folder,
    port,
    ours: webhookUrl(config),
    /** What was asked of Gitea since the last time this was called, without reading. */
    changes: () => asked.splice(0).filter((line) => !line.startsWith('GET')),
    /** Runs the command; `out` is what it printed. */
    run: async (action: HookAction, more: Partial<HooksOptions> = {}) => {
      const { code, text } = await printed(() => manageHooks(action, { ...options, ...more }, effects))
      const out: Printed =
        more.json === false ? { url: '', hooks: [], verified: null, notes: [], warnings: [] } : JSON.parse(text)
      return { code, text, out, did: out.hooks.map(({ did, level, name }) => `${did} ${level} ${name}`) }
    },
  }
}

async function gitea(dialect: DialectName, owner: 'organization' | 'user', isRefused: boolean) {
  const fake = fakeGitea({ dialect, now: Date.now, random: Math.random, url: 'http://127.0.0.1' })
  const { world } = fake
  world.user('owner')
  if (owner === 'user') world.user('rfcs', { isAdmin: true })
  else world.organization('rfcs', 'owner')
  for (const name of ['rfcs/meta', 'rfcs/own', 'rfcs/other']) {
    world.createRepo(name)
    world.commit(name, 'main', { 'README.md': 'hello\n' })
  }
  const asked: string[] = []
  const { handle } = fake
  const watched = {
    ...fake,
    handle: (request: Parameters<typeof handle>[0]) => {
      asked.push(`${request.method} ${request.path.replace(/^\/api\/v1/, '')}`)
      return handle(request)
    },
  }
  const served = await serveFake(watched)
  onTestFinished(() => served[Symbol.asyncDispose]())
  if (isRefused) fake.onDelivery(() => {})
  return { fake, world, url: served.url, asked }
}

type World = Awaited<ReturnType<typeof gitea>>['world']

function follow(store: Store, world: World): void {
  store.transaction(() => {
    for (const name of ['rfcs/meta', 'rfcs/own', 'rfcs/other']) {
      const { id } = world.repo(name)
      store.repos.upsert({
        id,
        full_name: name,
        is_meta: name === 'rfcs/meta' ? 1 : 0,
        default_branch: 'main',
        private: 0,
        empty: 0,
        has_pulls: 1,
        open_pulls: 0,
        updated_at: null,
      })
      if (name === 'rfcs/own') store.repos.follow(id, 'own')
    }
  })
}

/** The daemon's own receiver over its own inbox. */
async function daemon(store: Store, port: number, secrets: string[]): Promise<void> {
  const app = Fastify()
  describeRoutes(app)
  await app.register(webhookRoutes, {
    secrets,
    refused: () => {},
    receive: ({ id, event, json }) => {
      const repo = (json as { repository?: { full_name: string } }).repository?.full_name ?? null
      return store.deliveries.insert({ id, received_at: Date.now(), event, action: null, repo, targets: '' })
    },
  })
  await app.listen({ host: '127.0.0.1', port })
  onTestFinished(() => app.close())
}

async function printed(work: () => Promise<number>) {
  const lines: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  try {
    const code = await work()
    return { code, text: lines.join('') }
  } finally {
    spy.mockRestore()
  }
}

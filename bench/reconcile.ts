import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import Table from 'cli-table3'
import { giteaToken, parseConfig, readConfig } from '../src/config.ts'
import { openMirror } from '../src/daemon.ts'
import { concurrency } from '../src/gitea/client.ts'
import { openDoor } from '../src/gitea/door.ts'
import { createLog } from '../src/log.ts'
import type { Mirror } from '../src/refresh/mirror.ts'
import { probe } from '../src/refresh/probe.ts'
import { openStore } from '../src/store/store.ts'
import { reconcile } from '../src/work/reconcile.ts'
import { type Cost, seedPattern } from './seed-pattern.ts'

type Size = { entries: number; repos: number; pulls: number; latencyMs: number }

/**
 * A cold reconcile, an unchanged one and a probe, beside the request pattern of the way that rfcached replaces, in one run on one
 * server: a fake one in a thread of its own, whose answers take `latencyMs`, or the server of a configuration.
 */
export async function reconcileBench(size: Size, configFile?: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-bench-'))
  const { config, token, end } = configFile ? fromFile(configFile) : await fromFake(size)
  const store = openStore(join(folder, 'copy.sqlite'), { now: Date.now })
  const opened = openDoor(new URL(config.gitea.url).origin, { connections: concurrency })
  const parts = { door: opened.door, log: createLog('silent') }
  const mirror = openMirror(config, { value: token, source: 'bench' }, store, parts)
  try {
    const cold = await costOf(mirror, () => reconcile(mirror))
    const unchanged = await costOf(mirror, () => reconcile(mirror))
    await probe(mirror)
    const probed = await costOf(mirror, () => probe(mirror))
    const repos = store.repos
      .all()
      .flatMap(({ full_name, rfc_slug }) => (rfc_slug ? [full_name.split('/')[1] ?? ''] : []))
    const seed = await seedPattern(opened.door, token, config.gitea.org, repos)
    return table({ seed, cold, unchanged, probed }, store.entryFiles.all().length, repos.length)
  } finally {
    store[Symbol.dispose]()
    await opened[Symbol.asyncDispose]()
    await end()
    await rm(folder, { recursive: true })
  }
}

async function costOf({ gitea }: Pick<Mirror, 'gitea'>, run: () => Promise<unknown>): Promise<Cost> {
  const before = gitea.traffic.requests
  const began = performance.now()
  await run()
  return { requests: gitea.traffic.requests - before, seconds: (performance.now() - began) / 1000 }
}

async function fromFake(size: Size) {
  const gitea = new Worker(new URL('gitea.ts', import.meta.url), { workerData: size })
  const [{ url, token }] = await once(gitea, 'message')
  const settings = { gitea: { url, org: 'rfcs', metaRepo: 'meta', botUser: 'rfc-bot' }, database: 'unused' }
  return {
    config: parseConfig(JSON.stringify(settings), 'bench'),
    token: token as string,
    end: () => gitea.terminate(),
  }
}

function fromFile(file: string) {
  const config = readConfig(file)
  return { config, token: giteaToken(config, process.env).value, end: async () => {} }
}

function table(costs: Record<'seed' | 'cold' | 'unchanged' | 'probed', Cost>, entries: number, repos: number): string {
  const { seed, cold, unchanged, probed } = costs
  const made = new Table({
    head: [
      `${entries} entries, ${repos} repositories`,
      'requests',
      'seconds',
      'requests, the seed = 1',
      'seconds, the seed = 1',
    ],
    style: { head: [], border: [], compact: true },
  })
  const row = (name: string, { requests, seconds }: Cost) =>
    made.push([
      name,
      requests,
      seconds.toFixed(2),
      (requests / seed.requests).toFixed(3),
      (seconds / seed.seconds).toFixed(3),
    ])
  row('the way that rfcached replaces, cold or unchanged', seed)
  row('cold reconcile, dates and all', cold)
  row('unchanged reconcile', unchanged)
  row('probe with nothing moved', probed)
  return made.toString()
}

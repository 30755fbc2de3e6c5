import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bot, meta, org } from '../../demo/example-organisation.ts'

/** A folder for the demo's files, gone afterwards. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'rfcached-demo-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Writes a config.json for the example in that folder; returns its path. */
export async function configOf(folder: string, url: string, token: string, more: object = {}): Promise<string> {
  const file = join(folder, 'config.json')
  const gitea = { url, org, metaRepo: meta.slice(org.length + 1), botUser: bot, tokenFile: 'gitea-token' }
  await writeFile(join(folder, 'gitea-token'), token, { mode: 0o600 })
  await writeFile(file, JSON.stringify({ gitea, database: 'rfcs.sqlite', ...more }))
  return file
}

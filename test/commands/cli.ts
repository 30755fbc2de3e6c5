import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

export type Ended = { code: number | null; out: string; err: string }

/** Runs the real program as a person would, without anything of this process's environment that it reads. */
export function runCli(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(RFCACHED_|CREDENTIALS_DIRECTORY|FORCE_COLOR)/.test(name),
  )
  const child = spawn(process.execPath, [cli, ...args], { env: { ...Object.fromEntries(clean), ...env } })
  const ended: Ended = { code: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    ended.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    ended.err += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...ended, code }))
  })
}

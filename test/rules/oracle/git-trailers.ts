import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Trailer } from '../../../src/rules/trailers.ts'

/** A pull's title and body. */
export type Message = { title: string; body: string }

const endOfCase = 'x-end-of-case'
// No repository's and no user's configuration: the default one is the truth.
const env = { PATH: process.env.PATH, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

/** What the local git says of each message; one process reads all, a marker file after each telling them apart. */
export function gitTrailers(messages: readonly Message[]): Trailer[][] {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-trailers-'))
  try {
    writeFileSync(join(folder, 'end'), `title\n\n${endOfCase}: 1\n`)
    const files = messages.map(({ title, body }, at) => {
      writeFileSync(join(folder, String(at)), `${title}\n\n${body}`.replaceAll('\r\n', '\n'))
      return String(at)
    })
    return split(
      run(
        folder,
        files.flatMap((file) => [file, 'end']),
      ),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What the local git says of one message on its standard input. */
export function gitTrailersOf({ title, body }: Message): Trailer[] {
  const input = `${title}\n\n${body}`.replaceAll('\r\n', '\n')
  return run(tmpdir(), [], input).map(trailer)
}

function run(cwd: string, files: string[], input = ''): string[] {
  const args = ['interpret-trailers', '--parse', '--no-divider', ...files]
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd, env, input, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`git said: ${stderr}`, { cause: error })
  return stdout.toString('utf8').split('\n').slice(0, -1)
}

function split(lines: readonly string[]): Trailer[][] {
  const cases: Trailer[][] = []
  let current: Trailer[] = []
  for (const line of lines) {
    if (line === `${endOfCase}: 1`) {
      cases.push(current)
      current = []
    } else current.push(trailer(line))
  }
  return cases
}

function trailer(line: string): Trailer {
  const colon = line.indexOf(': ')
  return { key: line.slice(0, colon), value: line.slice(colon + 2) }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gitTrailers, gitTrailersOf } from '../rules/oracle/git-trailers.ts'
import { nastyMessage } from '../rules/oracle/nasty-message.ts'
import { runFuzz } from './run.ts'

const seed = Date.now() % 1_000_000_000
const cases = 20_000
const folder = fileURLToPath(new URL('.', import.meta.url))

/** Runs node on this until it ends, its own watchdog ends it, or nobody waits any longer: what hangs must not outlive the tests. */
async function run(args: string[], patienceMs = 590_000): Promise<{ end: number | string; said: string }> {
  const child = spawn(process.execPath, args, { cwd: folder, timeout: patienceMs, killSignal: 'SIGKILL' })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const [code, signal] = await once(child, 'close')
  return { end: code ?? signal, said }
}

describe(`${cases} hostile cases each, from seed ${seed} on, break no promise:`, () => {
  test.concurrent.each(['entries', 'trailers', 'branch-names', 'deliveries', 'api-requests'])(
    '%s',
    async (name) => {
      const { end, said } = await run(['fuzz.ts', '--only', name, '--cases', String(cases), '--seed', String(seed)])
      expect(end, said).toBe(0)
      expect(said).toContain(`${name}: ${cases} cases in `)
    },
    600_000,
  )
})

describe('whoever fuzzes', () => {
  const numbers = (one: (input: number) => void) => ({ cases: fc.nat(1000), open: () => ({ one }) })

  test('is told the smallest case that breaks a promise, and the seed that makes it again', async () => {
    const broken = numbers((number) => expect(number).toBeLessThan(500))
    await expect(runFuzz(broken, { cases: 2000, seed: 7 })).rejects.toThrow(/smallest case: 500\n.*--seed \d+ --cases/)
  })

  test('is told that memory grows', async () => {
    const kept: number[][] = []
    const growing = numbers(() => kept.push(Array.from({ length: 3000 }, Math.random)))
    await expect(runFuzz(growing, { cases: 2000, seed: 7 })).rejects.toThrow(/heap grew/)
  })

  test('is told which case hangs, and is ended', async () => {
    const hanging = `const { runFuzz } = await import('./run.ts'); const { default: fc } = await import('fast-check')
      await runFuzz({ cases: fc.nat(), open: () => ({ one: () => { for (;;); } }) }, { cases: 9, seed: 7, hangMs: 200 })`
    const { end, said } = await run(['--input-type=module', '-e', hanging], 50_000)
    expect([end, said]).toEqual(['SIGKILL', 'A case hangs: number 0 of the seed 7.\n'])
  })
})

test('the oracle of the trailers gives the same answer for a file as for the standard input', () => {
  const messages = fc.sample(nastyMessage, { seed, numRuns: 50 })
  expect(gitTrailers(messages)).toEqual(messages.map(gitTrailersOf))
})

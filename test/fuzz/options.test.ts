import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

test.each([
  ['test/fuzz/fuzz.ts', '--cases', 'x'],
  ['test/fuzz/fuzz.ts', '--cases', '0'],
  ['test/fuzz/fuzz.ts', '--seed', '1.5'],
  ['test/fuzz/fuzz.ts', '--only', 'nonsense'],
  ['test/simulation/simulate.ts', '--seeds', 'x'],
  ['test/simulation/simulate.ts', '--guard', 'nonsense'],
  ['bench/serve-soak.ts', '--kills', '0'],
  ['bench/main.ts', '--rows', ''],
  ['bench/latency.ts', '--changes', 'x'],
])(
  '%s %s %j ends with one sentence and 2: it would run nothing, and say that all is well',
  (script, ...options) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], {
      cwd: root,
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^[^\n]+\.\n$/) })
  },
  20_000,
)

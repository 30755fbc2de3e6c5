import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const soak = fileURLToPath(new URL('../../bench/serve-soak.ts', import.meta.url))

test('F7, F8: killed again and again under traffic, it loses nothing that it answered 202', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [soak, '--kills', '2'])
  expect(stdout).toContain('every file whole')
}, 120_000)

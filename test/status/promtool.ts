import { spawnSync } from 'node:child_process'

/** Runs promtool, in `units/` unless told otherwise. */
export function promtool(args: string[], input = '') {
  const cwd = new URL('../../units/', import.meta.url)
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, input, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

/** Whether this machine has it (Debian: apt install prometheus); else what the tests that need it say. */
export const withoutPromtool =
  spawnSync('promtool', ['--version']).status === 0 ? '' : ' (SKIPPED: promtool is not installed)'

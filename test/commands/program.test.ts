import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { runProgram } from '../../src/commands/program.ts'
import { type Ended, runCli } from './cli.ts'

/** Runs a command line in this process, which is many times faster than a new one, and keeps what it says. */
async function run(...args: string[]): Promise<Ended> {
  const said = { out: '', err: '' }
  const listen = (stream: NodeJS.WriteStream, to: 'out' | 'err') =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said[to] += text
      return true
    })
  const ears = [listen(process.stdout, 'out'), listen(process.stderr, 'err')]
  try {
    const code = await runProgram(['node', 'rfcached', ...args])
    return { code, ...said }
  } finally {
    for (const ear of ears) ear.mockRestore()
  }
}

describe('rfcached', () => {
  test('--help tells every command in a line, and ends well', async () => {
    const { code, out, err } = await runCli(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const verb of ['serve', 'reconcile', 'status', 'hooks', 'doctor', 'demo'])
      expect(out).toMatch(new RegExp(`^  ${verb}\\b.+`, 'm'))
  })

  test.each(['reconcile', 'serve', 'status', 'hooks', 'doctor'])(
    '%s --help tells its options, and ends well',
    async (verb) => {
      const { code, out, err } = await run(verb, '--help')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(/--config <file>/)
      expect(out).toMatch(/--json/)
    },
  )

  const misused: [string, string[], RegExp][] = [
    ['nothing', [], /Usage: rfcached/],
    ['an unknown command', ['recconcile'], /unknown command 'recconcile'.*\n.*Did you mean reconcile\?/],
    ['an unknown option', ['doctor', '--jsn'], /unknown option '--jsn'/],
    ['an option without its value', ['doctor', '--config'], /argument missing/],
    ['reconcile without --once', ['reconcile'], /--once/],
    ['--adopt without --rebuild', ['reconcile', '--once', '--adopt'], /--adopt goes with --rebuild\. Say `rfcached/],
    [
      'what excludes each other',
      ['reconcile', '--once', '--verify', '--dry-run'],
      /exclude each other\. Say one of them\./,
    ],
    ['an unknown action', ['hooks', 'add'], /Allowed choices are install, list, remove/],
    ['one argument too many', ['doctor', 'now'], /too many arguments/],
  ]
  test.each(misused)('told %s says so on standard error and ends with 2', async (_, args, words) => {
    const { code, out, err } = await run(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(words)
  })

  test.each([['--config', '/nowhere/config.json'], ['--config=/nowhere/config.json']])(
    'without a configuration says where one belongs and ends with 2 (%s)',
    async (...option) => {
      const { code, out, err } = await run('reconcile', '--once', ...option)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toBe(
        'rfcached: The configuration /nowhere/config.json cannot be read. Copy config.example.json there, or name another file with --config or RFCACHED_CONFIG.\n',
      )
    },
  )

  test('takes the configuration RFCACHED_CONFIG names', async () => {
    vi.stubEnv('RFCACHED_CONFIG', '/nowhere/other.json')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const { code, err } = await run('reconcile', '--once')
    expect(code).toBe(2)
    expect(err).toContain('/nowhere/other.json cannot be read')
  })

  test('on an old Node says which one it needs before it imports anything', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`
    const { code, out, err } = await runCli(['--help'], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretend)}`,
    })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^rfcached needs Node 24 or newer, and this is Node 20\.20\.2\. In a clone, .+\n$/)
  })
})

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { configShape, webhookSecrets } from '../src/config.ts'
import { systemdNotifier } from '../src/systemd.ts'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'rfcached-systemd-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Whether the machine has a command; without it a test is skipped, and its name says so. */
const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

describe('the notifier', () => {
  const said = (environment: Record<string, string>) => {
    const words: string[][] = []
    const notifier = systemdNotifier(environment, (arguments_) => words.push(arguments_))
    notifier.ready()
    notifier.status('1 entry\nis new')
    notifier.alive()
    notifier.stopping()
    return { words, watchdogMs: notifier.watchdogMs }
  }

  test('says everything where systemd listens, and a status in one line', () => {
    expect(said({ NOTIFY_SOCKET: '/run/systemd/notify' }).words).toEqual([
      ['--ready'],
      ['STATUS=1 entry is new'],
      ['WATCHDOG=1'],
      ['STOPPING=1'],
    ])
  })
  test('says nothing elsewhere', () => {
    expect(said({ WATCHDOG_USEC: '60000000' })).toEqual({ words: [], watchdogMs: null })
  })
  test.each([
    ['60000000', 30_000],
    ['1', 1],
    ['0', null],
    ['soon', null],
    ['', null],
  ])('takes half of a WATCHDOG_USEC of "%s"', (WATCHDOG_USEC, ms) => {
    expect(said({ NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC }).watchdogMs).toBe(ms)
  })

  const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(20)
print('listening', flush=True)
found = ''
while 'WATCHDOG=1' not in found: found += s.recv(4096).decode() + '\\n'
print(found)`

  test.skipIf(!has('systemd-notify') || !has('python3'))(
    'reaches a real socket (skipped without systemd-notify)',
    async () => {
      const socket = join(folder, 'notify')
      const python = spawn('python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(python.stdout, 'readable')
      systemdNotifier({ NOTIFY_SOCKET: socket, PATH: process.env.PATH }).alive()
      expect(await text(python.stdout)).toContain('WATCHDOG=1')
    },
  )

  test('says on standard error when it cannot be heard, and lives on', async () => {
    const script = `import { systemdNotifier } from '${join(root, 'src/systemd.ts')}'
      systemdNotifier({ NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' }).ready()`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    expect(await text(child.stderr)).toMatch(/Warning: systemd was not told --ready, and may end us/)
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0)
  })
})

describe('the unit', () => {
  const unit = readFileSync(join(root, 'units/rfcached.service'), 'utf8')
  /** The unit as it is, but for the folder where rfcached lies. */
  const file = join(folder, 'rfcached.service')
  writeFileSync(file, unit.replaceAll('/opt/rfcached', root))
  const analyze = (...words: string[]) => spawnSync('systemd-analyze', words, { encoding: 'utf8' })

  const ownNode = existsSync(join(root, 'node_modules/.bin/node'))
  test.skipIf(!ownNode)('starts what is there (skipped where npm brings no Node of its own)', () => {
    const [, node = '', script = ''] =
      /^ExecStart=(\S+) (\S+) serve --config \/etc\/rfcached\/config\.json$/m.exec(unit) ?? []
    for (const path of [node, script]) expect(existsSync(path.replace('/opt/rfcached', root)), path).toBe(true)
    const version = execFileSync(node.replace('/opt/rfcached', root), ['--version'], { encoding: 'utf8' })
    expect(Number(/^v(\d+)/.exec(version)?.[1])).toBeGreaterThanOrEqual(24)
  })

  test.skipIf(!has('systemd-analyze') || !ownNode)(
    'is right in the eyes of systemd (skipped without systemd-analyze)',
    () => {
      const { status, stderr } = analyze('verify', file)
      expect(stderr.split('\n').filter((line) => line.includes('rfcached.service'))).toEqual([])
      expect(status).toBe(0)
    },
  )

  test.skipIf(!has('systemd-analyze'))('is exposed 2.0 at most (skipped without systemd-analyze)', () => {
    const { stdout } = analyze('security', '--offline=true', '--no-pager', file)
    const exposure = Number(/Overall exposure level for rfcached\.service: ([\d.]+)/.exec(stdout)?.[1])
    expect(exposure).toBeLessThanOrEqual(2)
  })

  test('hands over every credential that the configuration knows', () => {
    const known = [...readFileSync(join(root, 'src/config.ts'), 'utf8').matchAll(/readSecret\(\s*'([\w-]+)'/g)]
    const given = [...unit.matchAll(/^LoadCredential=([\w-]+):/gm)].map(([, name]) => name)
    expect(known.length).toBeGreaterThan(1)
    for (const [, name] of known) expect(given).toContain(name)
  })

  test('gives an empty line where an optional credential is missing, which counts as none', () => {
    const [, name = '', escaped] = /^SetCredential=(webhook-secret-previous):(.*)$/m.exec(unit) ?? []
    expect(escaped).toBe('\\n')
    writeFileSync(join(folder, name), '\n')
    writeFileSync(join(folder, 'webhook-secret'), 'new\n')
    const gitea = { url: 'http://gitea.test', org: 'rfcs', metaRepo: 'meta', botUser: 'bot' }
    const { current, previous } = webhookSecrets(configShape.parse({ gitea, database: 'x' }), {
      CREDENTIALS_DIRECTORY: folder,
    })
    expect([current?.value, previous]).toEqual(['new', null])
  })

  test('lets the group of its user write the database, with its umask', () => {
    const umask = /^UMask=(\d+)$/m.exec(unit)?.[1]
    const database = join(folder, 'made.sqlite')
    const script = `import { openStore } from '${join(root, 'src/store/store.ts')}'
      openStore('${database}', { now: Date.now })`
    execFileSync('sh', ['-c', `umask ${umask}; exec "$0" --input-type=module -e "$1"`, process.execPath, script])
    const modes = ['', '-wal', '-shm']
      .filter((end) => existsSync(database + end))
      .map((end) => statSync(database + end).mode & 0o777)
    expect(new Set(modes)).toEqual(new Set([0o660]))
  })
})

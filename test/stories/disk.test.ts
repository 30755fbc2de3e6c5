import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openServed, type Served, until } from './served.ts'

const run = (...[command = '', ...args]: string[]) => spawnSync(command, args, { encoding: 'utf8' })
const mayTrace = traceTried()
const mayMount = mountTried()
const skipped = mayMount ? '' : ' (skipped: it may not mount a disk of its own here)'

/** A served organisation whose folder is a disk of so many MiB, with nothing else on it. */
async function onDisk(megabytes: number) {
  const served = await openServed()
  const mounted = run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'rfcached-test', served.folder)
  if (mounted.status !== 0) throw new Error(mounted.stderr)
  onTestFinished(async () => {
    await served[Symbol.asyncDispose]().catch(() => {}) // the folder cannot go while it is a disk
    run('umount', '-l', served.folder)
    rmSync(served.folder, { recursive: true, force: true })
  })
  writeFileSync(served.config, JSON.stringify(served.configured))
  const ballast = join(served.folder, 'ballast')
  return {
    ...served,
    fill: () => {
      const { bavail, bsize } = statfsSync(served.folder)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    },
    makeRoom: () => rmSync(ballast),
    remount: (how: 'ro' | 'rw') => expect(run('mount', '-o', `remount,${how}`, served.folder).status).toBe(0),
  }
}

async function isEqual(served: Served): Promise<void> {
  await served.settled()
  expect(served.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(await served.drift()).toEqual([])
}

const repository = { id: 99, full_name: 'others/x'.padEnd(400, 'x'), default_branch: 'main' }

describe.skipIf(!mayMount)(`F29: a disk${skipped}`, () => {
  test('that is full breaks nothing, is said, and all goes on when there is room', async () => {
    const served = await onDisk(16)
    await served.serve()
    await served.settled()
    served.fill()
    const id = served.world.commit('rfcs/alpha', 'while-full', { 'a.md': 'a'.repeat(5000) })
    let status = 202
    for (let times = 0; times < 5000 && status === 202; times++) status = await served.deliver('push', { repository })
    expect(status).toBe(503)
    const health = async () => String((await served.get('/healthz')).json.message)
    await until('the sentence', async () => /disk (I\/O error|is full)/.test(await health()))
    served.makeRoom()
    await until('202', async () => (await served.deliver('push', { repository })) === 202)
    await served.job('reconcile')
    await until('the push', () => served.head('rfcs/alpha', 'while-full') === id)
    await isEqual(served)
    await until('health', async () => (await served.get('/healthz')).status === 200)
  }, 120_000)

  test('that is full when rfcached is killed, and when it starts, is waited for', async () => {
    const served = await onDisk(16)
    const first = await served.serve()
    await served.settled()
    served.fill()
    for (let times = 0; times < 5000; times++) if ((await served.deliver('push', { repository })) !== 202) break
    first.process.kill('SIGKILL')
    await first.exit
    served.world.commit('rfcs/beta', 'while-down', { 'a.md': 'a' })
    const second = served.start(['serve'])
    const ended = await Promise.race([second.exit, until('listening', () => second.log().includes('"listening"'))])
    // 2 would keep systemd from trying again.
    if (ended !== true) expect(ended, second.log()).toBe(1)
    else second.process.kill('SIGKILL')
    await second.exit
    served.makeRoom()
    await served.serve({ swept: false })
    await until('the push', () => served.head('rfcs/beta', 'while-down'))
    await isEqual(served)
  }, 120_000)

  test('that is read-only is said at the start, and nothing is lost when it is not', async () => {
    const served = await onDisk(16)
    const first = await served.serve()
    await served.settled()
    first.process.kill('SIGTERM')
    await first.exit
    served.remount('ro')
    const { code, out } = await served.run(['serve'])
    expect(code).toBe(2)
    expect(out).toMatch(
      /cannot be opened for writing: .*(readonly|read-only|unable to open).* on a read-only file system/,
    )
    served.remount('rw')
    served.world.commit('rfcs/gamma', 'later', { 'a.md': 'a' })
    await served.serve({ swept: false })
    await until('the push', () => served.head('rfcs/gamma', 'later'))
    await isEqual(served)
  }, 120_000)
})

/** Has these system calls of a process fail as a disk fails that is broken, until it is ended. */
async function breaking(pid: number | undefined, calls: string) {
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`]
  const strace = spawn('strace', ['-f', '-o', '/dev/null', '-p', String(pid), ...inject])
  const ended = once(strace, 'close')
  onTestFinished(() => void strace.kill('SIGINT'))
  for await (const said of strace.stderr) if (String(said).includes('attached')) break
  return async () => {
    strace.kill('SIGINT')
    await ended
  }
}

describe.skipIf(!mayTrace)(
  `F29: a disk that is broken for a while${mayTrace ? '' : ' (skipped: no strace may look on here)'}`,
  () => {
    async function onBrokenDisk(calls: string) {
      const served = await openServed()
      onTestFinished(() => served[Symbol.asyncDispose]())
      const daemon = await served.serve()
      await served.settled()
      return { served, mend: await breaking(daemon.process.pid, calls) }
    }
    const walBytes = (served: Served) => statSync(`${served.database}-wal`).size

    test('and writes nothing (EIO) has deliveries answered 503 and is said; all goes on when it writes again', async () => {
      const { served, mend } = await onBrokenDisk('pwrite64')
      const id = served.world.commit('rfcs/alpha', 'while-broken', { 'a.md': 'a' })
      expect(await served.deliver('push', { repository })).toBe(503)
      await until('the sentence', async () =>
        /disk I\/O error/.test(String((await served.get('/healthz')).json.message)),
      )
      await mend()
      expect(await served.deliver('push', { repository })).toBe(202)
      await served.job('reconcile')
      expect(served.head('rfcs/alpha', 'while-broken')).toBe(id)
      await isEqual(served)
    }, 120_000)

    test('and syncs nothing (EIO) makes the log longer, for what it holds cannot come into the file, and loses nothing', async () => {
      const { served, mend } = await onBrokenDisk('fsync,fdatasync')
      const deliver = async (times: number) => {
        for (let time = 0; time < times; time++) expect(await served.deliver('push', { repository })).toBe(202)
      }
      await deliver(600)
      const longest = walBytes(served)
      expect(longest).toBeGreaterThan(2000 * 4096)
      await mend()
      await deliver(600)
      expect(walBytes(served)).toBeLessThan(longest + 1000 * 4096)
      expect(served.all('SELECT count(*) AS kept FROM deliveries')).toEqual([{ kept: 1200 }])
      await isEqual(served)
    }, 120_000)
  },
)

function traceTried(): boolean {
  const sleeper = spawn('sleep', ['0.5'])
  return run('strace', '-o', '/dev/null', '-p', String(sleeper.pid)).status === 0
}

function mountTried(): boolean {
  const here = mkdtempSync(join(tmpdir(), 'rfcached-disk-'))
  const tried = run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'rfcached-test', here).status === 0
  if (tried) run('umount', here)
  rmSync(here, { recursive: true })
  return tried
}

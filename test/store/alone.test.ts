import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { onTestFinished, test, vi } from 'vitest'
import { madePath } from './made.ts'

/** The files that a process has open. */
function openIn(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return []
    }
  })
}

test.skipIf(process.platform !== 'linux')(
  'fault F31: who waited for a lock that was taken away meanwhile locks the one that the next will look at',
  async ({ expect }) => {
    const file = madePath()
    const lock = `${file}-mending`
    const other = new Sqlite(lock)
    other.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    const waiting = fork(new URL('waiter.ts', import.meta.url), [file])
    onTestFinished(() => void waiting.kill('SIGKILL'))
    // Twice: once for its number, once as SQLite has it.
    await vi.waitUntil(() => openIn(Number(waiting.pid)).filter((path) => path === lock).length === 2, 20_000)
    const said = once(waiting, 'message').then(([word]) => word)
    rmSync(lock)
    other.close()
    expect(await said).toEqual({ isLocked: true })
  },
)

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLog } from '../../src/log.ts'
import { startReconciler } from '../../src/work/reconciler.ts'
import { mirrored } from '../store/made.ts'

const jitterMs = 10_000
beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-22T10:00:30Z') }))
afterEach(() => void vi.useRealTimers())

/** A reconciler of a probe every minute over a file that another may lock; pauses are over at once. */
function scheduled(onPause: (pauses: number) => void = () => {}, other: { probe?: string; full?: string } = {}) {
  const { store, app } = mirrored()
  store.waitAtMost(0)
  let pauses = 0
  const sleep = async (_: number, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    onPause(++pauses)
  }
  const effects = { now: Date.now, random: () => 0, sleep }
  const schedule = { probe: '* * * * *', full: '0 0 1 1 *', timezone: 'UTC', ...other }
  const reconciler = startReconciler({ store, effects, log: createLog('silent') }, schedule)
  return { app, reconciler, pauses: () => pauses, probes: () => store.jobs.list({ kind: 'probe', limit: 9 }) }
}

test('a cron second asks for a probe', async () => {
  const { reconciler, probes } = scheduled()
  await using _ = reconciler
  await vi.advanceTimersByTimeAsync(25_000)
  expect(probes()).toEqual([])
  await vi.advanceTimersByTimeAsync(5000 + jitterMs)
  expect(probes()).toMatchObject([{ status: 'pending', triggered_by: 'scheduled' }])
  expect(reconciler.probesSince(Date.parse('2026-11-22T10:00:30Z'))).toBe(1)
})

test('a cron second that meets a locked file is asked again until it is written', async () => {
  const made = scheduled((pauses) => {
    expect(made.probes()).toEqual([])
    if (pauses === 3) made.app.exec('ROLLBACK')
  })
  await using _ = made.reconciler
  made.app.exec('BEGIN IMMEDIATE')
  await vi.advanceTimersByTimeAsync(30_000 + jitterMs)
  expect(made.pauses()).toBe(3)
  expect(made.probes()).toMatchObject([{ kind: 'probe', triggered_by: 'scheduled' }])
})

test('a cron second that meets a locked file while we end is let go', async () => {
  let isEnding = false
  const made = scheduled(() => {
    if (!isEnding) void made.reconciler[Symbol.asyncDispose]()
    isEnding = true
  })
  made.app.exec('BEGIN IMMEDIATE')
  await vi.advanceTimersByTimeAsync(30_000 + jitterMs)
  expect(made.pauses()).toBe(1)
  made.app.exec('ROLLBACK')
  expect(made.probes()).toEqual([])
})

test.for([
  ['full', '17 */6 * *'],
  ['probe', 'often'],
] as const)(
  'a wrong reconcile.%s is said, and leaves nothing that keeps the process from ending',
  async ([option, expression]) => {
    expect(() => scheduled(() => {}, { [option]: expression })).toThrow(
      `reconcile.${option} is not a cron expression: ${expression}.`,
    )
    expect(vi.getTimerCount()).toBe(0)
  },
)

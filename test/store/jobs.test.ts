import { describe, expect, test } from 'vitest'
import { opened } from './made.ts'

const at = (minute: number) => `2026-11-22T10:0${minute}:00Z`

describe('a job', () => {
  test('fault 47: tells its whole life', () => {
    const { jobs } = opened()
    const { id } = jobs.request('reconcile', 'manual:alice', at(0))
    expect(jobs.byId(id)).toMatchObject({ status: 'pending', created_at: at(0), started_at: null })
    expect(jobs.start(id, at(1))).toBe(true)
    jobs.progress(id, 'entries', 3, 10, at(1))
    jobs.finish(id, 'completed_with_warnings', at(2), 'One problem.', { rows: 3 })
    expect(jobs.byId(id)).toEqual({
      id,
      kind: 'reconcile',
      status: 'completed_with_warnings',
      triggered_by: 'manual:alice',
      created_at: at(0),
      started_at: at(1),
      completed_at: at(2),
      error_message: 'One problem.',
      phase: 'entries',
      phase_at: at(1),
      done: 3,
      total: 10,
      result: '{"rows":3}',
      stop_by: null,
    })
  })

  test('that waits or runs already is given back to whoever asks for another', () => {
    const { jobs } = opened()
    const first = jobs.request('reconcile', 'scheduled', at(0))
    expect(first.coalesced).toBe(false)
    expect(jobs.request('reconcile', 'manual:alice', at(0))).toEqual({ id: first.id, coalesced: true })
    jobs.start(first.id, at(1))
    expect(jobs.request('reconcile', 'manual:alice', at(1))).toEqual({ id: first.id, coalesced: true })
    expect(jobs.request('verify', 'manual:alice', at(1)).coalesced).toBe(false)
    jobs.finish(first.id, 'completed', at(2), null, {})
    expect(jobs.request('reconcile', 'manual:alice', at(3)).coalesced).toBe(false)
  })

  test('is started by one only', () => {
    const { jobs } = opened()
    const { id } = jobs.request('reconcile', 'scheduled', at(0))
    expect([jobs.start(id, at(1)), jobs.start(id, at(2))]).toEqual([true, false])
    expect(jobs.byId(id)?.started_at).toBe(at(1))
  })

  test('fault F33: that a crash left running is failed as interrupted, and stays so', () => {
    const { jobs } = opened()
    const { id } = jobs.request('reconcile', 'scheduled', at(0))
    const waiting = jobs.request('verify', 'scheduled', at(0))
    jobs.start(id, at(1))
    jobs.interruptRunning(at(2))
    jobs.finish(id, 'completed', at(3), null, {})
    expect(jobs.byId(id)).toMatchObject({ status: 'failed', error_message: 'interrupted', completed_at: at(2) })
    expect(jobs.nextPending()?.id).toBe(waiting.id)
    expect(jobs.lastError()).toBe('interrupted')
  })
})

test('the history keeps the newest jobs, and whatever has not ended', () => {
  const { jobs } = opened()
  const ids = Array.from({ length: 6 }, (_, n) => {
    const { id } = jobs.request(`kind ${n}`, 'scheduled', at(0))
    if (n > 0) {
      jobs.start(id, at(1))
      jobs.finish(id, 'completed', at(2), null, {})
    }
    return id
  })
  expect(jobs.prune(2, 2)).toBe(2)
  expect(jobs.prune(2, 2)).toBe(1)
  expect(jobs.prune(2, 2)).toBe(0)
  expect(ids.filter((id) => jobs.byId(id))).toEqual([ids[0], ids[4], ids[5]])
})

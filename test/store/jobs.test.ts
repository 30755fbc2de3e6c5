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
      done: 10, // it ended well: all of it is done
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
    expect(jobs.nextPending('others')?.id).toBe(waiting.id)
  })
})

test('a phase begins when its name first comes, and once again when it comes after another', () => {
  const { jobs } = opened()
  const { id } = jobs.request('verify', 'scheduled', at(0))
  jobs.start(id, at(0))
  const began = (phase: string, minute: number) => {
    jobs.progress(id, phase, minute, 9, at(minute))
    return jobs.byId(id)
  }
  expect(began('entries', 1)).toMatchObject({ phase: 'entries', phase_at: at(1), done: 1 })
  expect(began('entries', 2)).toMatchObject({ phase: 'entries', phase_at: at(1), done: 2 })
  expect(began('dates', 3)).toMatchObject({ phase: 'dates', phase_at: at(3), done: 3 })
  expect(began('entries', 4)).toMatchObject({ phase: 'entries', phase_at: at(4), done: 4 })
  jobs.finish(id, 'completed', at(5), null, {})
  expect(began('entries', 6)).toMatchObject({ phase_at: at(4), done: 9 })
})

test('jobs are listed newest first, by status and kind, a page after the other', () => {
  const { jobs } = opened()
  const ids = ['probe', 'verify', 'reconcile'].map((kind) => jobs.request(kind, 'scheduled', at(0)).id)
  jobs.start(Number(ids[1]), at(1))
  const listed = (filter: object) => jobs.list({ limit: 9, ...filter }).map(({ id }) => id)
  expect(listed({})).toEqual(ids.toReversed())
  expect(listed({ limit: 2 })).toEqual(ids.toReversed().slice(0, 2))
  expect(listed({ before: ids[1] })).toEqual([ids[0]])
  expect(listed({ status: 'running' })).toEqual([ids[1]])
  expect(listed({ kind: 'reconcile' })).toEqual([ids[2]])
  expect(listed({ kind: 'reconcile', status: 'running' })).toEqual([])
})

test('a job that never was, or whose history is forgotten, cannot be stopped', () => {
  expect(opened().jobs.stop(7, 'manual:bob', at(0))).toBe('unknown')
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

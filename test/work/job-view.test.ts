import { describe, expect, test } from 'vitest'
import type { JobRow } from '../../src/store/jobs.ts'
import { jobShape, jobView } from '../../src/work/job-view.ts'

const row: JobRow = {
  id: 7,
  kind: 'reconcile',
  status: 'running',
  triggered_by: 'scheduled',
  created_at: '2026-11-22T10:00:00Z',
  started_at: '2026-11-22T10:00:01Z',
  completed_at: null,
  error_message: null,
  done: 30,
  total: 90,
  phase: 'branches and pulls',
  phase_at: '2026-11-22T10:01:00Z',
  result: '{}',
  stop_by: null,
}
const pace = (other: Partial<JobRow>, at = '2026-11-22T10:01:20Z') => {
  const { rate, eta_seconds } = jobView({ ...row, ...other }, Date.parse(at))
  return { rate, eta_seconds }
}
const nothing = { rate: null, eta_seconds: null }

describe('the rate of a run', () => {
  test('is what was done since its phase began, and the rest takes as long as that says', () => {
    expect(pace({})).toEqual({ rate: 1.5, eta_seconds: 40 })
    expect(pace({ total: 91 })).toEqual({ rate: 1.5, eta_seconds: 41 })
    expect(pace({ done: 1_000_000, total: 1_000_000 })).toEqual({ rate: 50_000, eta_seconds: 0 })
  })

  test.each([
    ['waits', { status: 'pending' }],
    ['has ended', { status: 'completed' }],
    ['has no phase yet', { phase: null, phase_at: null }],
    ['has done nothing of its phase', { done: 0 }],
  ] as const)('cannot be said while it %s', (_, other) => {
    expect(pace(other)).toEqual(nothing)
  })

  test('cannot be said in the second a phase begins, nor when the clock was set back', () => {
    expect(pace({}, '2026-11-22T10:01:00Z')).toEqual(nothing)
    expect(pace({}, '2026-11-22T09:00:00Z')).toEqual(nothing)
  })
})

test('a run is seen with all that its shape promises, and no more', () => {
  const view = jobView(row, Date.parse('2026-11-22T10:01:20Z'))
  expect(jobShape.strict().parse(view)).toEqual(view)
})

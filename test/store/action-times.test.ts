import { expect, test } from 'vitest'
import { act, createActions } from './application.ts'
import { mirrored } from './made.ts'

/** Which of these times of an action lie within 120 s of, or after, the time a pull was closed. */
function inTime(times: unknown[], upstream_closed_at: string): unknown[] {
  const made = mirrored()
  createActions(made.app)
  made.write(...times.map((_, n) => ({ pr_number: n + 1, upstream_state: 'closed' as const, upstream_closed_at })))
  for (const [n, created_at] of times.entries())
    act(made.app, { action_kind: 'withdraw_branch_pr', pr_number: n + 1, created_at })
  return times.filter((_, n) => made.meaning(n + 1)?.state === 'withdrawn')
}

test('fault 22: a time is read in each of the spellings an application may write', () => {
  const times = [
    '2026-11-21 12:00:00',
    '2026-11-21T12:00:00',
    '2026-11-21T12:00:00Z',
    '2026-11-21 12:00:00.5',
    '2026-11-21T12:00:00.123456Z',
    '2026-11-21T12:00:00.123456+00:00',
    '2026-11-21T13:00:00+01:00',
    '2026-11-21T06:30:00-05:30',
    '2026-11-22T11:59:00+23:59',
    '2026-11-21T12:00:00-00:00',
  ]
  expect(inTime(times, '2026-11-21T12:02:00Z')).toEqual(times)
  expect(inTime(times, '2026-11-21T12:02:01Z')).toEqual([])
})

test('a time that is none of these, or no real date, is unreadable', () => {
  const unreadable = [
    '2026-11-21',
    '2026-11-21 12:00',
    '2026-11-21 12:00:00 ',
    ' 2026-11-21 12:00:00',
    '2026-11-21  12:00:00',
    '2026-11-21t12:00:00z',
    '2026-11-21 24:00:00',
    '2026-11-21 12:60:00',
    '2026-11-21 12:00:60',
    '2026-11-21 12:00:00.',
    '2026-11-21 12:00:00,5',
    '2026-11-21 12:00:00+1:00',
    '2026-11-21 12:00:00+24:00',
    '2026-11-21 12:00:00+01:60',
    '2026-11-21 12:00:00+0100',
    '2026-11-21 12:00:00 UTC',
    '2026-11-21 12:00:00ZZ',
    '2026-02-31 12:00:00',
    '2025-02-29 12:00:00',
    '2026-13-01 12:00:00',
    '2026-00-10 12:00:00',
    '2026-11-00 12:00:00',
    '1970-01-01 00:00:00',
    '0001-01-01 00:00:00',
    '26-11-21 12:00:00',
    'now',
    '1763726400',
    1763726400,
    1763726400.5,
    Buffer.from('2026-11-21 12:00:00'),
  ]
  expect(inTime(unreadable, '1990-01-01T00:00:00Z')).toEqual([])
})

test('a leap day, a new year and a zone that crosses midnight are read', () => {
  expect(inTime(['2024-02-29 23:59:00'], '2024-02-29T23:59:30Z')).toHaveLength(1)
  expect(inTime(['2026-01-01T00:30:00+01:00'], '2025-12-31T23:30:00Z')).toHaveLength(1)
  expect(inTime(['2025-12-31T23:30:00-01:00'], '2026-01-01T00:30:00Z')).toHaveLength(1)
})

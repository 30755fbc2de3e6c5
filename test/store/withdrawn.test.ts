import { describe, expect, test } from 'vitest'
import { act, createActions } from './application.ts'
import { meta, mirrored, own } from './made.ts'

const closed_at = '2026-11-21T12:00:00Z'
const closed = { upstream_state: 'closed' as const, upstream_closed_at: closed_at }

/** The state of a closed pull of which the application logged this. */
function stateAfter(actions: Record<string, unknown>[], pull = {}, columns = {}): string | undefined {
  const made = mirrored()
  createActions(made.app, columns)
  made.write({ ...closed, ...pull })
  for (const action of actions) act(made.app, { action_kind: 'withdraw_branch_pr', on_behalf_of: null, ...action })
  return made.meaning(7, 'repo' in pull ? own : meta)?.state
}

const inTime = { created_at: '2026-11-21 11:59:58' }

describe('a closed pull is withdrawn', () => {
  test.each(['idea', 'meta_body_edit', 'meta_claim', 'meta_metadata', 'rfc_branch'] as const)(
    'fault 10: also when it is of kind %s',
    (pr_kind) => {
      expect(stateAfter([inTime], { pr_kind })).toBe('withdrawn')
    },
  )

  test.each(['withdraw_branch_pr', 'withdraw_rfc', 'withdraw_', 'withdraw_anything_else'])('by %s', (action_kind) => {
    expect(stateAfter([{ ...inTime, action_kind }])).toBe('withdrawn')
  })

  test.each(['Withdraw_pr', 'withdraw', 'withdrawn_pr', 'undo_withdraw_pr', 'close_pr'])('not by %s', (action_kind) => {
    expect(stateAfter([{ ...inTime, action_kind }])).toBe('closed')
  })

  test.each([{ rfc_slug: 'b' }, { pr_number: 8 }, { rfc_slug: null }])('not by an action with %j', (other) => {
    expect(stateAfter([{ ...inTime, ...other }])).toBe('closed')
  })

  test('fault 8: in the repository the action names, without one in any', () => {
    const branch = { repo: own, pr_kind: 'rfc_branch' as const }
    expect(stateAfter([{ ...inTime, repo: own }], branch)).toBe('withdrawn')
    expect(stateAfter([{ ...inTime, repo: 'RFCS/A' }], branch)).toBe('withdrawn')
    expect(stateAfter([{ ...inTime, repo: meta }], branch)).toBe('closed')
    expect(stateAfter([{ ...inTime, repo: 'rfcs/unknown' }], branch)).toBe('withdrawn')
    expect(stateAfter([inTime], branch)).toBe('withdrawn')
    expect(stateAfter([inTime], branch, { repo: false })).toBe('withdrawn')
  })
})

describe('fault 9: withdraw, reopen, closed by a maintainer is closed', () => {
  test.each([
    ['2026-11-21 11:57:59', 'closed'],
    ['2026-11-21 11:58:00', 'withdrawn'],
    ['2026-11-21 12:00:00', 'withdrawn'],
    ['2026-12-24 12:00:00', 'withdrawn'],
  ])('the action written at %s makes it %s', (created_at, state) => {
    expect(stateAfter([{ created_at }])).toBe(state)
  })

  test('the latest of several actions counts', () => {
    expect(stateAfter([{ created_at: '2026-11-01 00:00:00' }, inTime])).toBe('withdrawn')
  })

  test.each([null, '', 'noon', 1763726400, '2026-02-31 12:00:00'])(
    'one written at %j withdraws nothing',
    (created_at) => {
      expect(stateAfter([{ created_at }])).toBe('closed')
    },
  )

  test('one written at any time withdraws where Gitea does not say when it was closed', () => {
    for (const created_at of ['2001-01-01 00:00:00', 'noon', null])
      expect(stateAfter([{ created_at }], { upstream_closed_at: null })).toBe('withdrawn')
  })

  test('one written at any time withdraws where the table has no created_at', () => {
    expect(stateAfter([{}], {}, { createdAt: false })).toBe('withdrawn')
  })
})

describe('a pull that is', () => {
  test.each(['open', 'merged'] as const)('%s is not withdrawn', (upstream_state) => {
    expect(stateAfter([inTime], { upstream_state })).toBe(upstream_state)
  })

  test('deleted is not withdrawn', () => {
    const made = mirrored()
    createActions(made.app)
    act(made.app, { action_kind: 'withdraw_branch_pr', ...inTime })
    made.write(closed)
    expect(made.meaning()?.state).toBe('withdrawn')
    made.store.transaction(() => made.store.pulls.bury(meta, [7]))
    expect(made.meaning()?.state).toBe('deleted')
    made.write(closed)
    expect(made.meaning()?.state).toBe('withdrawn')
  })

  test('closed again after a withdrawal says what the last close was', () => {
    const made = mirrored()
    createActions(made.app)
    act(made.app, { action_kind: 'withdraw_branch_pr', ...inTime })
    made.write(closed)
    expect(made.meaning()).toMatchObject({ state: 'withdrawn', closed_at })
    made.write({})
    expect(made.meaning()).toMatchObject({ state: 'open', closed_at: null })
    made.write({ ...closed, upstream_closed_at: '2026-11-25T12:00:00Z' })
    expect(made.meaning()).toMatchObject({ state: 'closed', closed_at: '2026-11-25T12:00:00Z' })
  })

  test('closed and loses its action is closed', () => {
    const made = mirrored()
    createActions(made.app)
    made.write(closed)
    act(made.app, { action_kind: 'withdraw_branch_pr', ...inTime })
    made.app.exec('DELETE FROM actions')
    expect(made.meaning()?.state).toBe('closed')
  })
})

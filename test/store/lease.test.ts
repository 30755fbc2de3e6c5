import { describe, expect, test } from 'vitest'
import { LeaseLost } from '../../src/errors.ts'
import { leaseMs } from '../../src/store/lease.ts'
import { madePath, opened } from './made.ts'

const t0 = 1_000_000

/** One file as two processes have it open. */
function two() {
  const file = madePath()
  return [opened(file), opened(file)] as const
}

describe('fault F31: one process works on a file at a time', () => {
  test('and the other waits until it has gone or says nothing any more', () => {
    const [daemon, cli] = two()
    expect(daemon.lease.acquire('daemon', t0)).toBe(true)
    expect(cli.lease.acquire('cli', t0 + leaseMs - 1)).toBe(false)
    expect(cli.lease.holder(t0)).toBe('daemon')
    expect(daemon.lease.acquire('daemon', t0 + 10_000)).toBe(true)
    expect(cli.lease.acquire('cli', t0 + leaseMs)).toBe(false)
    expect(cli.lease.acquire('cli', t0 + 10_000 + leaseMs)).toBe(true)
  })

  test('and gives it up for the other, but never what is another’s', () => {
    const [daemon, cli] = two()
    daemon.lease.acquire('daemon', t0)
    cli.lease.release('cli')
    expect(cli.lease.acquire('cli', t0)).toBe(false)
    daemon.lease.release('daemon')
    expect(cli.lease.acquire('cli', t0)).toBe(true)
  })

  test('and writes nothing once another has taken over', () => {
    const [daemon, cli] = two()
    daemon.lease.acquire('daemon', t0)
    daemon.fence('daemon')
    daemon.transaction(() => daemon.settings.set('owner_id', 1))
    cli.lease.acquire('cli', t0 + leaseMs)
    expect(() => daemon.transaction(() => daemon.settings.set('owner_id', 2))).toThrow(LeaseLost)
    expect(cli.settings.get('owner_id')).toBe('1')
  })

  test('but keeps what a webhook asks', () => {
    const [daemon, cli] = two()
    daemon.lease.acquire('daemon', t0)
    daemon.fence('daemon')
    cli.lease.acquire('cli', t0 + leaseMs)
    daemon.receive(() => daemon.targets.ask({ target: 'repos', at: t0 }))
    expect(cli.targets.isPending('repos')).toBe(true)
  })

  test('fault F32: also when the clock was set back an hour', () => {
    const [daemon, cli] = two()
    daemon.lease.acquire('daemon', t0 + 3_600_000)
    expect(cli.lease.acquire('cli', t0)).toBe(true)
  })
})

test('fault F2: a delivery is kept once', () => {
  const { deliveries } = opened()
  const delivery = { id: 'd1', received_at: t0, event: 'push', action: null, repo: 'rfcs/a', targets: 'rfc-repo/2' }
  expect([deliveries.insert(delivery), deliveries.insert(delivery)]).toEqual([true, false])
  expect(deliveries.insert({ ...delivery, id: 'd2', received_at: t0 + 1 })).toBe(true)
  expect(deliveries.since(t0 + 1).map(({ id }) => id)).toEqual(['d2'])
  expect(deliveries.prune(t0 + 1, 10)).toBe(1)
  expect(deliveries.since(0).map(({ id }) => id)).toEqual(['d2'])
})

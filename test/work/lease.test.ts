import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LeaseLost } from '../../src/errors.ts'
import { leaseMs } from '../../src/store/lease.ts'
import { holderName, takeLead } from '../../src/work/lead.ts'
import { openFile } from './file.ts'

let file: ReturnType<typeof openFile>
beforeEach(() => {
  file = openFile()
})
afterEach(() => file[Symbol.dispose]())

const lease = () => file.store.lease

test('F31: one at a time has it', () => {
  const other = file.again().lease
  expect(lease().acquire('one', file.now())).toBe(true)
  expect(other.acquire('two', file.now())).toBe(false)
  expect(other.holder(file.now())).toBe('one')
})

test('F31: it is renewed for as long as its holder says so', () => {
  lease().acquire('one', file.now())
  for (let times = 0; times < 10; times++) {
    file.pass(leaseMs - 1)
    expect(lease().acquire('two', file.now())).toBe(false)
    expect(lease().acquire('one', file.now())).toBe(true)
  }
})

test('F31: a holder that says nothing for 20 s is dead', () => {
  lease().acquire('one', file.now())
  file.pass(leaseMs)
  expect(lease().holder(file.now())).toBeNull()
  expect(lease().acquire('two', file.now())).toBe(true)
  expect(lease().isHeldBy('one')).toBe(false)
})

describe('F7: the process that had it', () => {
  const holds = (pid: number | undefined) => {
    const { store, now } = file
    const mirror = { store, effects: { now, random: () => 0.5, sleep: async () => {} } }
    const other = holderName(mirror).replace(`:${process.pid}:`, `:${pid}:`)
    expect(store.lease.acquire(other, now())).toBe(true)
    return takeLead(mirror, 'ours')
  }

  test('was killed: nobody waits for the lease to run out', () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    expect(holds(pid)).toBe(true)
  })

  test('lives: it keeps it', () => {
    expect(holds(process.ppid)).toBe(false)
  })
})

test('a holder that was late, but was not replaced, has it still', () => {
  lease().acquire('one', file.now())
  file.pass(10 * leaseMs)
  expect(lease().isHeldBy('one')).toBe(true)
  expect(lease().acquire('one', file.now())).toBe(true)
})

test('given back, it is free at once; nobody gives back another’s', () => {
  lease().acquire('host_a:1', file.now())
  lease().release('host-a:1')
  lease().release('host_a')
  expect(lease().holder(file.now())).toBe('host_a:1')
  lease().release('host_a:1')
  expect(lease().holder(file.now())).toBeNull()
})

test('F32: a clock that is set back by an hour locks nobody out', () => {
  lease().acquire('one', file.now())
  file.pass(-3_600_000)
  expect(lease().acquire('two', file.now())).toBe(true)
})

describe('F31: fenced', () => {
  test('a process that was replaced writes nothing any more', () => {
    const { store } = file
    store.lease.acquire('one', file.now())
    store.fence('one')
    file.pass(leaseMs)
    file.again().lease.acquire('two', file.now())
    expect(() => store.transaction(() => store.settings.set('warnings', 'old'))).toThrow(LeaseLost)
    expect(store.settings.get('warnings')).toBeNull()
  })

  test('nor when the one who replaced it is gone again', () => {
    const { store } = file
    const other = file.again()
    store.lease.acquire('one', file.now())
    store.fence('one')
    file.pass(leaseMs)
    other.lease.acquire('two', file.now())
    other.lease.release('two')
    expect(() => store.transaction(() => {})).toThrow(LeaseLost)
  })

  test('what a webhook says is kept by whoever hears it', () => {
    const { store } = file
    store.fence('one')
    store.receive(() => store.targets.ask({ target: 'refs/7', at: file.now() }))
    expect(store.targets.waiting()).toBe(1)
  })
})

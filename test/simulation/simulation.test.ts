import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { simulate, told } from './pool.ts'

const seed = process.env.RFCACHED_SEED
const count = seed === undefined ? Number(process.env.RFCACHED_SIMULATED ?? 2000) : 1
const first = Number(seed ?? 1)

test(`${count} simulated histories from seed ${first} on keep every promise`, { timeout: 1_200_000 }, async () => {
  const { lived, found } = await simulate({ first, count, processes: Math.min(count, availableParallelism()) })
  expect(found.map(told).join('\n')).toBe('')
  expect(lived).toBe(count)
})

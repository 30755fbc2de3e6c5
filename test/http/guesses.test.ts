import { expect, test } from 'vitest'
import { createGuesses } from '../../src/http/guesses.ts'

test('however many clients guess, the memory stays small, and the one that guesses most is remembered', () => {
  const guesses = createGuesses(() => 0)
  for (let client = 0; client < 5000; client++) {
    guesses.failed(`client ${client}`)
    guesses.failed('the busiest')
  }
  expect(guesses.size()).toBe(1000)
  expect(guesses.waitSeconds('the busiest')).toBeGreaterThan(10_000)
  expect(guesses.waitSeconds('client 4999')).toBe(0)
})

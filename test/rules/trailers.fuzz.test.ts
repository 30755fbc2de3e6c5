import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTrailers } from '../../src/rules/trailers.ts'
import { gitTrailers, gitTrailersOf } from './oracle/git-trailers.ts'
import { nastyMessage } from './oracle/nasty-message.ts'

const cases = Number(process.env.RFCACHED_FUZZ_CASES ?? 2000)
const firstSeed = Number(process.env.RFCACHED_FUZZ_SEED ?? Date.now() % 2 ** 31)
const batch = 500

test(
  `reads trailers as the local git does, in ${cases} nasty messages from seed ${firstSeed} on`,
  () => {
    for (let done = 0; done < cases; done += batch) {
      const seed = firstSeed + done / batch
      const messages = fc.sample(nastyMessage, { seed, numRuns: Math.min(batch, cases - done) })
      const theirs = gitTrailers(messages)
      expect(theirs).toHaveLength(messages.length)
      for (const [at, message] of messages.entries()) {
        expect(readTrailers(message.title, message.body), JSON.stringify({ seed, message })).toEqual(theirs[at])
      }
    }
  },
  Number.POSITIVE_INFINITY,
)

test('the oracle gives the same answer for a file as for the standard input', () => {
  const messages = fc.sample(nastyMessage, { seed: firstSeed, numRuns: 50 })
  expect(gitTrailers(messages)).toEqual(messages.map(gitTrailersOf))
})

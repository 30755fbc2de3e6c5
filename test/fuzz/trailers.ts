import assert from 'node:assert/strict'
import { readTrailers, supersedes, type Trailer, trailerActor } from '../../src/rules/trailers.ts'
import { gitTrailers, type Message } from '../rules/oracle/git-trailers.ts'
import { nastyMessage } from '../rules/oracle/nasty-message.ts'
import type { Subject } from './subject.ts'

/** Titles and bodies of pulls, before the local `git interpret-trailers --parse --no-divider`. */
export const trailers: Subject<Message> = {
  cases: nastyMessage,
  open: () => ({
    one: ({ title, body }) => judge(readTrailers(title, body)),
    batch: (messages) => {
      const theirs = gitTrailers(messages)
      assert.equal(theirs.length, messages.length)
      for (const [at, { title, body }] of messages.entries()) assert.deepEqual(readTrailers(title, body), theirs[at])
    },
  }),
}

function judge(read: Trailer[]): void {
  const actor = trailerActor(read)
  assert.ok(actor === null || (actor !== '' && !/[<>]/.test(actor)), `${actor} is nobody`)
  const numbers = supersedes(read)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  )
  assert.ok(numbers.every((number) => Number.isSafeInteger(number) && number > 0))
}

import { test } from 'vitest'
import { openServed, type Served } from './served.ts'

/**
 * A `test` whose every test has a Gitea, a folder and processes of its own, and what `aided` makes of them, so that they can wait at
 * the same time. It is not in served.ts because benches use that, which Vitest does not run.
 */
export function servedTest<Aided>(aided: (served: Served) => Aided) {
  return test.extend<{ served: Aided }>({
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of what a fixture needs from its pattern.
    served: async ({}, use: (served: Aided) => Promise<void>) => {
      await using served = await openServed()
      await use(aided(served))
    },
  })
}

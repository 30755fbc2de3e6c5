import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { History, Said, Work } from './worker.ts'

export type Found = NonNullable<Said['found']>

type Options = {
  first?: number
  count?: number
  /** These histories, instead of those of so many seeds; one process lives through all. */
  given?: History[]
  /** The guard that is taken away; without one: the mirror as it is. */
  without?: string
  processes?: number
  /** Called with what was lived through until now. */
  onProgress?: (lived: number, found: Found[]) => void
}

/** Lives through histories in processes of their own; with a guard taken away it ends at the first violation. */
export async function simulate({
  first = 1,
  count = 0,
  given,
  without,
  processes = given ? 1 : availableParallelism(),
  onProgress = () => {},
}: Options) {
  let lived = 0
  const found: Found[] = []
  const children = Array.from({ length: processes }, (_, at) => {
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const work: Work = { first: first + at, count: count - at, every: processes, untilFound: without !== undefined }
    child.send({ ...work, ...(given ? { given } : {}), ...(without ? { without } : {}) })
    child.on('message', (message) => {
      const said = message as Said
      lived += said.lived
      if (said.found) found.push(said.found)
      onProgress(lived, found)
      if (said.found && without) for (const one of children) one.kill()
    })
    return child
  })
  const ends = children.map(
    (child) =>
      new Promise<void>((done, fail) => {
        child.on('exit', (code, signal) => {
          if (code === 0 || signal === 'SIGTERM') done()
          else fail(new Error(`A worker of the simulation ended with ${code ?? signal}.`))
        })
      }),
  )
  await Promise.all(ends)
  return { lived, found }
}

/** What a person needs of a violation: what it is, the shortest history that shows it, and how to live through it again. */
export function told({ seed, violation, story }: Found): string {
  return `Seed ${seed}: ${violation}\n${story.map((line) => `  ${line}`).join('\n')}\n  Again: RFCACHED_SEED=${seed} npx vitest run test/simulation\n`
}

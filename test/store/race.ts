import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

/** What one of several was told when it opened a file, and whether another was in its place then. */
type Raced = { told: string[]; isMoved: boolean }

/** Opens a file by several at one moment, who mend it where it is broken or do not. @throws what one of them throws */
export async function race(file: string, { mends = false, racers = 4 } = {}): Promise<Raced[]> {
  const workerData = { file, mends, racers, ready: new SharedArrayBuffer(4) }
  const threads = Array.from({ length: racers }, () => new Worker(new URL('racer.ts', import.meta.url), { workerData }))
  return Promise.all(threads.map(async (thread) => (await once(thread, 'message'))[0]))
}

/** Makes a file and takes it away, again and again till the test ends. */
export async function comesAndGoes(file: string): Promise<void> {
  const script = `const { rmSync, writeFileSync } = require('node:fs')
    for (;;) { writeFileSync(${JSON.stringify(file)}, ''); rmSync(${JSON.stringify(file)}) }`
  const thread = new Worker(script, { eval: true })
  onTestFinished(async () => {
    await thread.terminate()
  })
  await once(thread, 'online')
}

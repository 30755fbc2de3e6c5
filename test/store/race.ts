import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

const racers = 4

/** Opens a file by several at one moment. @throws what one of them throws */
export async function race(file: string): Promise<void> {
  const workerData = { file, ready: new SharedArrayBuffer(4), racers }
  const threads = Array.from({ length: racers }, () => new Worker(new URL('racer.ts', import.meta.url), { workerData }))
  await Promise.all(threads.map((thread) => once(thread, 'exit')))
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

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import type { Judge, Subject } from './subject.ts'

export type RunOptions = {
  cases: number
  seed: number
  batch?: number
  hangMs?: number
  /** Told after each tenth how many cases are done, and what they cost. */
  onTenth?: (done: number, figures: Figures) => void
}
export type Figures = {
  cases: number
  seconds: number
  /** Of processor time for one case, twice in a row. */
  slowestMs: number
  /** Cases that took longer than 100 ms of processor time, twice in a row. */
  slow: string[]
  /** MiB in use after the first and after the last tenth. */
  heap: [number, number]
}

const slowMs = 100
const mostGrowthMiB = 16
const usualBatch = 500
/** Longer than any case or batch takes on the slowest machine. */
const usualHangMs = 120_000

/**
 * Puts so many cases before the judge of a subject; the same seed makes the same cases. A case that hangs ends the process.
 * @throws Error with the smallest case that breaks a promise, and the seed that makes it again; or when memory grows.
 */
export async function runFuzz<Case>(subject: Subject<Case>, options: RunOptions): Promise<Figures> {
  const { cases, seed: firstSeed, batch = usualBatch, hangMs = usualHangMs, onTenth } = options
  const beat = new Int32Array(new SharedArrayBuffer(12))
  const watchdog = new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: { beat, hangMs }, execArgv: [] })
  const judge = subject.open()
  const figures: Figures = { cases, seconds: 0, slowestMs: 0, slow: [], heap: [0, 0] }
  const began = performance.now()
  try {
    for (let done = 0; done < cases; done += batch) {
      const seed = firstSeed + done / batch
      const inputs = fc.sample(subject.cases, { seed, numRuns: Math.min(batch, cases - done) })
      try {
        await judged(judge, inputs, (at) => tell(beat, seed, at), figures)
      } catch (cause) {
        throw new Error(await smallest(subject, seed, inputs.length, cause), { cause })
      }
      const next = Math.min(done + batch, cases)
      if (Math.floor((done * 10) / cases) === Math.floor((next * 10) / cases)) continue
      const heap = heapMiB()
      figures.heap = [figures.heap[0] || heap, heap]
      figures.seconds = (performance.now() - began) / 1000
      onTenth?.(next, figures)
    }
  } finally {
    await watchdog.terminate()
    await judge.close?.()
  }
  const [before, after] = figures.heap
  if (after - before > mostGrowthMiB) throw new Error(`The heap grew from ${before} to ${after} MiB.`)
  return figures
}

async function judged<Case>(judge: Judge<Case>, inputs: Case[], begin: (at: number) => void, figures: Figures) {
  for (const [at, input] of inputs.entries()) {
    begin(at)
    let ms = await cost(judge, input)
    // What collects garbage or compiles meanwhile is not the case's fault: it would not be there again.
    if (ms > slowMs) ms = Math.min(ms, await cost(judge, input))
    figures.slowestMs = Math.max(figures.slowestMs, ms)
    if (ms > slowMs) figures.slow.push(shown(input))
  }
  begin(inputs.length)
  judge.batch?.(inputs)
}

async function cost<Case>(judge: Judge<Case>, input: Case): Promise<number> {
  const before = process.threadCpuUsage()
  const waiting = judge.one(input)
  if (waiting) await waiting
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

function tell(beat: Int32Array, seed: number, at: number): void {
  Atomics.store(beat, 1, seed)
  Atomics.store(beat, 2, at)
  Atomics.add(beat, 0, 1)
}

/** The batch again before a new judge, now made smaller wherever it fails. */
async function smallest<Case>(subject: Subject<Case>, seed: number, numRuns: number, cause: unknown): Promise<string> {
  const judge = subject.open()
  const property = fc.asyncProperty(subject.cases, async (input) => {
    await judge.one(input)
    judge.batch?.([input])
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns })
  await judge.close?.()
  const again = `Again with --seed ${seed} --cases ${numRuns}.`
  if (!failed) return `${cause}\nOnly all cases of the batch together fail. ${again}`
  return `${errorInstance}\nThe smallest case: ${shown(counterexample?.[0])}\n${again}`
}

function shown(input: unknown): string {
  const text = JSON.stringify(input, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  )
  return text.length > 4000 ? `${text.slice(0, 4000)} … ${text.length} characters` : text
}

function heapMiB(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20)
}

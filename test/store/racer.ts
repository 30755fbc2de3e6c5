// One of several threads that open one file at the same moment, as processes that start together do; posts what it was told.
import { parentPort, workerData } from 'node:worker_threads'
import { openWhole } from '../../src/store/mend.ts'
import { openStore } from '../../src/store/store.ts'

const told: string[] = []
const options = { now: Date.now, tell: (sentence: string) => told.push(sentence) }
const open = workerData.mends ? openWhole : openStore
const ready = new Int32Array(workerData.ready)
Atomics.add(ready, 0, 1)
while (Atomics.load(ready, 0) < workerData.racers);
const store = open(workerData.file, options)
const isMoved = store.isMoved()
store[Symbol.dispose]()
parentPort?.postMessage({ told, isMoved })

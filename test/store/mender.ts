// One of several threads that open one broken file at the same moment, as processes that start together do; posts what it was told.
import { parentPort, workerData } from 'node:worker_threads'
import { openWhole } from '../../src/store/mend.ts'

const ready = new Int32Array(workerData.ready)
Atomics.add(ready, 0, 1)
while (Atomics.load(ready, 0) < workerData.menders);
const told: string[] = []
const store = openWhole(workerData.file, { now: Date.now, tell: (sentence) => told.push(sentence) })
parentPort?.postMessage({ told, isMoved: store.isMoved() })
store[Symbol.dispose]()

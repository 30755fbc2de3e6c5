// One of several threads that open one file at the same moment, as processes that start together do.
import { workerData } from 'node:worker_threads'
import { openStore } from '../../src/store/store.ts'

const ready = new Int32Array(workerData.ready)
Atomics.add(ready, 0, 1)
while (Atomics.load(ready, 0) < workerData.racers);
openStore(workerData.file, { now: Date.now })[Symbol.dispose]()

// Ends the process when one case takes so long that it hangs: the main thread cannot do that, for it is what hangs.
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const { beat, hangMs }: { beat: Int32Array; hangMs: number } = workerData
const looks = 10
let seen = -1
let same = 0

setInterval(() => {
  const count = Atomics.load(beat, 0)
  same = count === seen ? same + 1 : 0
  seen = count
  if (same <= looks) return
  writeSync(2, `A case hangs: number ${Atomics.load(beat, 2)} of the seed ${Atomics.load(beat, 1)}.\n`)
  process.kill(process.pid, 'SIGKILL')
}, hangMs / looks)

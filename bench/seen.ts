// A reader, as an application is one: looks at the change feed all the time, and tells when it saw a newer one (ms since 1970).
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

const db = new Sqlite(workerData.file, { readonly: true })
const latest = db.prepare<[], number>('SELECT max(seq) FROM changes').pluck()
const lookEveryMs = 1

let seen = 0
setInterval(() => {
  const seq = latest.get() ?? 0
  if (seq === seen) return
  seen = seq
  parentPort?.postMessage({ seq, at: performance.timeOrigin + performance.now() })
}, lookEveryMs)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/store.ts'
import { start } from './desk.ts'

/** A database file in a folder of its own, which several may open, as several processes do; all share a clock moved by hand. */
export function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'rfcached-file-'))
  const file = join(folder, 'copy.sqlite')
  let time = start
  const now = () => time
  const stores = [openStore(file, { now })]
  return {
    file,
    now,
    store: stores[0] as (typeof stores)[number],
    /** Opens it once more. */
    again: () => {
      const store = openStore(file, { now })
      stores.push(store)
      return store
    },
    pass: (ms: number) => {
      time += ms
    },
    [Symbol.dispose]: () => {
      for (const store of stores) store[Symbol.dispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

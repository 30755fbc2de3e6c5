import { describe, expect, test } from 'vitest'
import { application, mirrored } from './made.ts'

/** A store, writing so many pages in one commit, and how much of its log is in the file: all, or nothing. */
function written() {
  const { store, file } = mirrored()
  store.emptyLog()
  const app = application(file)
  const write = (pages: number) => store.transaction(() => store.settings.set('warnings', 'x'.repeat(pages * 4096)))
  const isCopied = () => {
    const [state] = app.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[]
    return state?.log === state?.checkpointed
  }
  return { store, app, write, isCopied }
}

describe('a log that is copied by hand', () => {
  test('is left alone by commits, and copied when it is long', () => {
    const { store, write, isCopied } = written()
    using log = store.logByHand()
    write(500)
    log.copyIfLong()
    expect(isCopied()).toBe(false)
    write(600)
    expect(isCopied()).toBe(false)
    log.copyIfLong()
    expect(isCopied()).toBe(true)
  })

  test('is copied while another process writes, which it does not keep waiting', () => {
    const { store, app, write } = written()
    using log = store.logByHand()
    write(1100)
    app.exec(`BEGIN IMMEDIATE; INSERT INTO settings VALUES ('theirs', '')`)
    expect(() => log.copyIfLong()).not.toThrow()
    app.exec('COMMIT')
  })

  test('is SQLite’s again afterwards, also after an error', () => {
    const { store, write, isCopied } = written()
    expect(() => {
      using _ = store.logByHand()
      throw new Error('no such row')
    }).toThrow('no such row')
    write(1100)
    expect(isCopied()).toBe(true)
  })
})

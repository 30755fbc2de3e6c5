import { copyFileSync, statSync, truncateSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openWhole } from '../../src/store/mend.ts'
import { walFault } from '../../src/store/wal.ts'
import { overwrite } from '../support/breaking.ts'
import { application, madeAt, madePath, mirrored, opened } from './made.ts'
import { comesAndGoes } from './race.ts'

const frame = 24 + 4096
const frameAt = (number: number) => 32 + (number - 1) * frame

/** A file as a process that was killed leaves it, its log beside it. */
function killed(): string {
  const alive = madePath('alive.sqlite')
  const store = opened(alive)
  store.emptyLog()
  for (let value = 0; value < 20; value++) store.settings.set('missed_webhooks', value)
  const db = application(alive, 'CREATE TABLE ballast (text); INSERT INTO ballast VALUES (hex(zeroblob(20000)))')
  db.prepare('UPDATE ballast SET text = ?').run('x'.repeat(40_000))
  const file = madePath()
  for (const end of ['', '-wal']) copyFileSync(alive + end, file + end)
  return file
}

const flip = (file: string, at: number) => overwrite(`${file}-wal`, at, Buffer.from('broken'))

describe('F30: a write-ahead log', () => {
  test('is whole as a process that was killed leaves it, and where there is none', () => {
    const file = killed()
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(30 * frame)
    expect(walFault(file)).toBe(null)
    expect(walFault(madePath())).toBe(null)
  })

  test('may be taken away by who closes the file last', async () => {
    const file = madePath()
    await comesAndGoes(`${file}-wal`)
    for (let look = 0; look < 50_000; look++) expect(walFault(file)).toBe(null)
  })

  test('is whole when frames of an earlier use follow', () => {
    const file = madePath()
    const db = application(file)
    db.exec(`PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (hex(zeroblob(50000)));
      PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (1)`)
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(10 * frame)
    expect(walFault(file)).toBe(null)
  })

  test('is whole when what is left of a transaction that was rolled back follows', () => {
    const file = madePath()
    const db = application(
      file,
      'PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 10; CREATE TABLE t (a)',
    )
    db.exec(`BEGIN; INSERT INTO t VALUES (hex(zeroblob(500000))); ROLLBACK; INSERT INTO t VALUES (1)`)
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(100 * frame)
    expect(walFault(file)).toBe(null)
    flip(file, frameAt(3) + 100)
    expect(walFault(file)).toMatch(/^frame 3/)
  })

  test.each([
    ['its header', 8, 'the header'],
    ['the number of a page', frameAt(3), 'frame 3'],
    ['a page', frameAt(7) + 2000, 'frame 7'],
    ['the last page', frameAt(10) + 100, 'frame 10'],
  ])('is not whole when %s is other than was written', (_, at, named) => {
    const file = killed()
    if (named === 'frame 10') truncateSync(`${file}-wal`, frameAt(11))
    flip(file, at)
    expect(walFault(file)).toBe(`${named} of its write-ahead log is broken`)
  })

  test('is not whole when the header of a frame is wiped, and frames of this use follow', () => {
    const file = killed()
    overwrite(`${file}-wal`, frameAt(7), Buffer.alloc(24))
    expect(walFault(file)).toBe('frame 7 of its write-ahead log is broken')
    truncateSync(`${file}-wal`, frameAt(8))
    expect(walFault(file)).toBe(null)
  })

  test('is not whole when it ends within a frame', () => {
    const file = killed()
    truncateSync(`${file}-wal`, frameAt(5) + 3000)
    expect(walFault(file)).toMatch(/frame 5/)
  })
})

test('F30: a log that an unclean end left is in the file, and empty, once that is open', () => {
  const file = killed()
  using store = openWhole(file, { now: () => madeAt, tell: (said) => expect.unreachable(said) })
  expect(store.settings.get('missed_webhooks')).toBe('19')
  expect(statSync(`${file}-wal`).size).toBe(0)
})

test('F28: a log grows while somebody reads for long, whose picture stays; then it is used again from its beginning', () => {
  const { store, file } = mirrored()
  const reader = application(file, 'BEGIN')
  const seen = reader.prepare("SELECT count(*) FROM settings WHERE name = 'warnings'").pluck()
  expect(seen.get()).toBe(0)
  const write = () => {
    for (let times = 0; times < 30; times++)
      store.transaction(() => store.settings.set('warnings', `${times % 10}`.repeat(100 * 4096)))
  }
  const size = () => statSync(`${file}-wal`).size
  write()
  const longest = size()
  expect(longest).toBeGreaterThan(3000 * frame)
  expect(seen.get()).toBe(0)
  reader.exec('COMMIT')
  expect(seen.get()).toBe(1)
  write()
  // The first to commit after the reader still adds to the end, and then all is brought into the file.
  expect(size()).toBeLessThan(longest + 200 * frame)
})

describe('F30: after a log that is not whole', () => {
  test('everything is read again, which is said once', () => {
    const file = killed()
    const store = opened(file)
    store.transaction(() => store.settings.set('missed_webhooks', 1))
    const later = madePath()
    for (const end of ['', '-wal']) copyFileSync(file + end, later + end)
    flip(later, statSync(`${later}-wal`).size - 100)
    const told: string[] = []
    const open = () => {
      const opened = openWhole(later, { now: () => madeAt, tell: (sentence) => told.push(sentence) })
      onTestFinished(() => void opened[Symbol.dispose]())
    }
    open()
    expect(told).toEqual([expect.stringMatching(/^Of .*, frame \d+ of its write-ahead log is broken: .* may be lost/)])
    expect(statSync(`${later}-wal`).size).toBe(0)
    open()
    expect(told).toHaveLength(1)
  })

  test('a file that is a mixture of two states, of which SQLite says nothing, is not used', () => {
    const alive = madePath('alive.sqlite')
    const store = opened(alive)
    const db = application(
      alive,
      `CREATE TABLE t (a, b); CREATE INDEX t_by_b ON t (b); INSERT INTO t VALUES (1, 'old')`,
    )
    store.emptyLog()
    db.exec(`UPDATE t SET a = 2; UPDATE t SET b = 'new'; PRAGMA wal_checkpoint(PASSIVE)`)
    const [file, other] = [madePath(), madePath()]
    for (const path of [file, other]) {
      for (const end of ['', '-wal']) copyFileSync(alive + end, path + end)
      // Of the second update the log has nothing any more, and the file has its page of the index.
      flip(path, frameAt(2) + 1000)
    }
    const mixed = application(other)
    expect(mixed.prepare('SELECT b FROM t NOT INDEXED').pluck().get()).toBe('old')
    expect(mixed.prepare('PRAGMA integrity_check').pluck().get()).toMatch(/missing from index/)
    expect(() => openWhole(file, { now: () => madeAt, tell: () => {} })).toThrow(/missing from index.*: t\. rfcached/)
  })
})

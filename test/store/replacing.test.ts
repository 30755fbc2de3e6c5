import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openWhole, suspect } from '../../src/store/mend.ts'
import { breakPages, leavesOf } from '../support/breaking.ts'
import { beside, left, mended } from './left.ts'
import { application, madeAt, madePath } from './made.ts'
import { race } from './race.ts'

const ending = '-broken-2026-11-22T10-00-00.000Z'

function brokenOne(): string {
  const file = left({ actions: 7 })
  breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
  suspect(file, new Error('malformed'))
  return file
}

/** As a kill leaves it when the broken file is aside and its log is not: a folder in the way of that ends it there. */
function halfReplaced(file = brokenOne(), path = file): string {
  writeFileSync(`${file}-wal`, 'its log')
  mkdirSync(`${file}${ending}-wal`)
  expect(() => openWhole(path, { now: () => madeAt, tell: () => {} })).toThrow()
  rmdirSync(`${file}${ending}-wal`)
  expect([existsSync(file), existsSync(file + ending)]).toEqual([false, true])
  return file
}

describe('fault F30: a file that a kill left half replaced', () => {
  test.each(['', 'and a program that looked for it left an empty one'])(
    'is replaced by the next start, which says so %s',
    (other) => {
      const file = halfReplaced()
      if (other) writeFileSync(file, '')
      const { one, told } = mended(file)
      expect(one('SELECT count(*) FROM actions')).toBe(7)
      expect(told).toContain(`it is now ${file}${ending}, and a new one`)
      expect(told).toContain('7 actions of the application and 1 branches that it closed')
      expect(beside(file)).toEqual([basename(file + ending)])
      expect(existsSync(`${file}${ending}-wal`)).toBe(true)
      expect(mended(file).told).toBe('')
    },
  )

  test('is replaced where it lies, when the path is a link to it', () => {
    const file = brokenOne()
    const link = madePath('link.sqlite')
    symlinkSync(file, link)
    halfReplaced(file, link)
    expect(mended(link).one('SELECT count(*) FROM actions')).toBe(7)
    expect(readdirSync(dirname(link))).toEqual(['link.sqlite'])
  })

  test('stays aside when another was put in its place, which is used', () => {
    const file = brokenOne()
    const backup = left({ actions: 3, script: 'CREATE TABLE users (id); INSERT INTO users VALUES (1)' })
    halfReplaced(file)
    copyFileSync(backup, file)
    const { one, told, beside } = mended(file)
    expect(one('SELECT count(*) FROM users')).toBe(1)
    expect(one('SELECT count(*) FROM actions')).toBe(3)
    expect(told).toContain('another file was put there, which is used')
    expect(beside).toEqual([basename(file + ending)])
    expect(mended(file)).toMatchObject({ told: '', beside })
  })
})

describe('what a kill left before the broken file was set aside', () => {
  test('is made anew from what is in the file now', () => {
    const file = halfReplaced()
    for (const end of ['', '-wal']) if (existsSync(file + ending + end)) renameSync(file + ending + end, file + end)
    application(file, `INSERT INTO actions (action_kind) VALUES ('late')`).close()
    const { one, told } = mended(file)
    expect(one('SELECT count(*) FROM actions')).toBe(8)
    expect(told).toContain('Brought over were 8 actions')
  })

  test('goes, also when it is not whole', () => {
    const file = left({ actions: 1 })
    for (const end of ['', '-wal', '-journal']) writeFileSync(`${file}-salvaging${end}`, 'half')
    expect(mended(file)).toMatchObject({ told: '', beside: [] })
  })
})

test('a file that a person named …-salvaged-5 is left alone', () => {
  const file = brokenOne()
  const kept = `${file}-salvaged-5`
  copyFileSync(left({ actions: 1 }), kept)
  const before = readFileSync(kept)
  expect(mended(file).beside).toEqual([basename(file + ending), basename(kept)])
  expect(readFileSync(kept).equals(before)).toBe(true)
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, `${file}.moved${end}`)
  expect(() => openWhole(file, { create: false, now: () => madeAt, tell: () => {} })).toThrow(/no database/)
})

test('a second file that breaks at the same moment has a name of its own', () => {
  const file = brokenOne()
  mended(file).store[Symbol.dispose]()
  breakPages(file, leavesOf(file, 'cached_prs')[0]?.pageno ?? 0)
  suspect(file, new Error('malformed'))
  expect(mended(file).beside).toEqual([basename(file + ending), 'rfcs.sqlite-broken-2026-11-22T10-00-00.001Z'])
})

test('of several that open a broken file at the same moment one mends it, and the others use what it made', async () => {
  for (let round = 0; round < 5; round++) {
    const file = brokenOne()
    const all = await race(file, { mends: true, racers: 3 })
    expect(all.flatMap(({ told }) => told)).toEqual([expect.stringContaining('Brought over were 7 actions')])
    expect(all.map(({ isMoved }) => isMoved)).toEqual([false, false, false])
    expect(beside(file)).toEqual([expect.stringContaining('-broken-')])
    expect(mended(file).one('SELECT count(*) FROM actions')).toBe(7)
  }
})

test('a transaction that a kill cut off without a log is taken back before it is looked at', () => {
  const file = left({ actions: 50 })
  const alive = application(file)
  alive.pragma('journal_mode = DELETE')
  alive.pragma('cache_size = 2')
  const pages = leavesOf(file, 'cached_prs')
  alive.exec('BEGIN IMMEDIATE; UPDATE actions SET on_behalf_of = hex(zeroblob(4000))')
  const killed = madePath()
  for (const end of ['', '-journal']) copyFileSync(file + end, killed + end)
  breakPages(killed, pages[0]?.pageno ?? 0)
  suspect(killed, new Error('malformed'))
  const { one, told } = mended(killed)
  expect(told).toContain('50 actions of the application and 1 branches that it closed; which is all there was')
  expect(one('SELECT max(length(on_behalf_of)) FROM actions')).toBe(40)
})

import { copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BrokenFile, ConfigError } from '../../src/errors.ts'
import { lookAtFile } from '../../src/store/look.ts'
import { openWhole } from '../../src/store/mend.ts'
import { schemaVersion } from '../../src/store/migrations.ts'
import { openPicture } from '../../src/store/picture.ts'
import { breakPages, leavesOf, overwrite } from '../support/breaking.ts'
import { earlier } from './earlier.ts'
import { application, madeAt, madePath, opened } from './made.ts'

const waysToOpen = [
  ['serve', (file: string) => openWhole(file, { now: () => madeAt, tell: () => {} })[Symbol.dispose]()],
  ['verify', (file: string) => void opened(file)],
  ['status', (file: string) => openPicture(file)[Symbol.dispose]()],
  ['doctor', (file: string) => void lookAtFile(file)],
] as const

describe.each(waysToOpen)('%s', (_, open) => {
  test('refuses a file that was emptied beside its log, and leaves both', () => {
    const alive = madePath()
    opened(alive)
    const file = madePath()
    for (const end of ['', '-wal']) copyFileSync(alive + end, file + end)
    truncateSync(file)
    const log = readFileSync(`${file}-wal`)
    expect(log.length).toBeGreaterThan(0)
    expect(() => open(file)).toThrow(BrokenFile)
    expect(readFileSync(file)).toHaveLength(0)
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true)
  })

  test('refuses a file that was emptied and had shown itself broken', () => {
    const file = madePath()
    for (const end of ['', '-suspect']) writeFileSync(file + end, '')
    expect(() => open(file)).toThrow(BrokenFile)
  })

  test.each(['', '-wal', '-suspect'])('says that there is a folder where %s should be a file', (end) => {
    const file = madePath()
    if (end) opened(file)[Symbol.dispose]()
    mkdirSync(file + end)
    expect(() => open(file)).toThrow(ConfigError)
    expect(() => open(file)).toThrow(/is a folder, and a file must be there/)
  })
})

describe.each(waysToOpen)('%s', (_, open) => {
  test('says that there is a device where a file should be', () => {
    const file = madePath()
    symlinkSync('/dev/null', file)
    expect(() => open(file)).toThrow(/is a device or a pipe, and a file must be there/)
  })
})

describe.each(waysToOpen.filter(([name]) => name === 'serve' || name === 'doctor'))('%s', (_, open) => {
  test('refuses a link that leads into a folder which is not there', () => {
    const file = madePath()
    symlinkSync('nowhere/rfcs.sqlite', file)
    expect(() => open(file)).toThrow(ConfigError)
  })

  test('refuses a link that leads to itself', () => {
    const file = madePath()
    symlinkSync(file, file)
    expect(() => open(file)).toThrow(ConfigError)
    expect(() => open(file)).toThrow(/is a link that leads in a circle\.$/)
  })
})

describe.each(waysToOpen.filter(([name]) => name !== 'status'))('%s', (_, open) => {
  test('says which column of ours is missing', () => {
    const file = madePath()
    opened(file)[Symbol.dispose]()
    application(file, 'ALTER TABLE targets RENAME COLUMN not_before TO not_befora').close()
    expect(() => open(file)).toThrow(BrokenFile)
    expect(() => open(file)).toThrow(/, targets\.not_before is missing\. It is not as rfcached made it/)
  })

  test('says that a header which forbids to write may be broken', () => {
    const file = madePath()
    opened(file)[Symbol.dispose]()
    overwrite(file, 18, Buffer.from([7]))
    expect(() => open(file)).toThrow(ConfigError)
    expect(() => open(file)).toThrow(expect.objectContaining({ hint: expect.stringContaining('header is broken') }))
  })
})

test('an empty file with nothing beside it is a new one', () => {
  const file = madePath()
  writeFileSync(file, '')
  expect(() => opened(file)).not.toThrow()
})

const users = `CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('mara')`

describe.each(waysToOpen.filter(([name]) => name === 'serve' || name === 'verify'))('%s', (_, open) => {
  test.each([
    ['of this version', () => earlier(schemaVersion, users)],
    ['of an earlier version', () => earlier(2, users)],
    ['in a journal of its own', () => earlier(2, users, 'DELETE')],
    ['where rfcached has never been', () => fileWith(users)],
  ])('refuses a small broken file %s, with a table of the application’s in it, and leaves it as it is', (_, make) => {
    const file = make()
    breakPages(file, leavesOf(file, 'users')[0]?.pageno ?? 0)
    const before = readFileSync(file)
    expect(() => open(file)).toThrow(ConfigError)
    expect(readFileSync(file).equals(before)).toBe(true)
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
    expect(log?.size ?? 0).toBe(0)
  })
})

function fileWith(script: string): string {
  const file = madePath()
  application(file, script).close()
  return file
}

import { existsSync, renameSync, rmSync } from 'node:fs'
import { isMalformed } from '../errors.ts'
import { sizeOf } from './beside.ts'
import { versionOf } from './open.ts'
import { settingsTable } from './settings.ts'
import { whileOpen } from './while-open.ts'

/** What a file that is to take the place of a broken one says of that, until it was told. */
type Label = { ending: string; told: string }

/** What SQLite keeps beside a file. */
const besides = ['-wal', '-shm', '-journal']

/**
 * Sets a broken file aside, and puts the one in its place that `make` makes at the path it is given; what that returns is to be told of
 * it. A kill at any moment leaves the broken file as it was, or what `endReplacing` ends.
 */
export function replace(file: string, now: number, make: (path: string, aside: string) => string): void {
  const ending = freeEnding(file, now)
  try {
    const told = make(madeFor(file), file + ending)
    whileOpen(madeFor(file), (db) => settingsTable(db).set('set_aside', JSON.stringify({ ending, told })))
  } catch (error) {
    drop(file)
    throw error
  }
  putInPlace(file, ending)
}

/** Ends what a kill cut off: what is whole, and whose old file is aside already, is put in its place; the rest goes. */
export function endReplacing(file: string, tell: (sentence: string) => void): void {
  const label = labelOf(madeFor(file))
  const isAside = label !== null && existsSync(file + label.ending)
  const isFree = sizeOf(file) === 0 // or what a program leaves there that only looked whether something is
  if (isAside && isFree) putInPlace(file, label.ending)
  else if (isAside)
    tell(
      `${label.told} But before the new one was in its place another file was put there, which is used: what was brought over is only in the old one.`,
    )
  drop(file)
}

/** The file goes before its log does: while one lies at the path, nothing was done yet. */
function putInPlace(file: string, ending: string): void {
  const aside = file + ending
  if (!existsSync(aside)) renameSync(file, aside)
  for (const end of besides) if (existsSync(file + end)) renameSync(file + end, aside + end)
  rmSync(`${file}-suspect`, { force: true })
  renameSync(madeFor(file), file)
}

function madeFor(file: string): string {
  return `${file}-salvaging`
}

function freeEnding(file: string, now: number): string {
  const ending = `-broken-${new Date(now).toISOString().replaceAll(':', '-')}`
  return existsSync(file + ending) ? freeEnding(file, now + 1) : ending
}

/** Null: there is none, or it was not made to its end. */
function labelOf(made: string): Label | null {
  if (!existsSync(made)) return null
  try {
    const label = whileOpen(made, (db) => (versionOf(db) === null ? null : settingsTable(db).get('set_aside')))
    return label === null ? null : JSON.parse(label)
  } catch (error) {
    if (isMalformed(error)) return null
    throw error
  }
}

function drop(file: string): void {
  for (const end of ['', ...besides]) rmSync(madeFor(file) + end, { force: true })
}

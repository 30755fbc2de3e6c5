import Sqlite, { type Database } from 'better-sqlite3'

type Value = string | bigint | number | Buffer | null
type Keyed = [rowid: bigint, ...values: Value[]]
type Scan = { last: bigint; isWhole: boolean }

const lowest = -(2n ** 63n)
const highest = 2n ** 63n - 1n
/** How far beyond the last row that can be read others may be, where nothing tells. */
const reach = 2n ** 20n
/** How often a stretch that cannot be read is halved, to find what can be read in between. */
const halvings = 12

/**
 * Hands over every row of a table of a broken file that can still be read: from both ends to what cannot be read, and from the
 * middle of that again. True: that was the whole table.
 */
export function eachReadable(db: Database, table: string, columns: string[], take: (row: Value[]) => void): boolean {
  const list = ['rowid', ...columns.map(quoted)].join(', ')
  const prepared = (order: string) =>
    db
      .prepare<[bigint, bigint], Keyed>(
        `SELECT ${list} FROM ${quoted(table)} WHERE rowid > ? AND rowid < ? ORDER BY rowid ${order}`,
      )
      .raw()
      .safeIntegers()
  const [up, down] = [prepared('ASC'), prepared('DESC')]
  const between = (low: bigint, high: bigint, left: number): boolean => {
    const fromLow = scan(up.iterate(low, high), low, 1n, take)
    if (fromLow.isWhole) return true
    const fromHigh = scan(down.iterate(fromLow.last, high), high, -1n, take)
    const [first, last] = bounds(fromLow.last, fromHigh.last)
    const middle = first + (last - first) / 2n
    if (left === 0 || middle === first) return false
    between(first, middle + 1n, left - 1)
    between(middle, last, left - 1)
    return false
  }
  return between(lowest, highest, halvings)
}

/** As far as rows can be read; those of a page that lies where another should be come out of their order. */
function scan(rows: Iterable<Keyed>, from: bigint, step: 1n | -1n, take: (row: Value[]) => void): Scan {
  let last = from
  let isWhole = true
  try {
    for (const [rowid, ...values] of rows) {
      isWhole &&= (rowid - last) * step > 0n
      last = rowid
      take(values)
    }
    return { last, isWhole }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return { last, isWhole: false }
  }
}

/** Whether it is what a broken file says, or the disk below it; whatever else stands in the way of a row must not lose it. */
function isUnreadable(error: unknown): boolean {
  return (
    error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR_(READ|SHORT|CORRUPT)|TOOBIG)/.test(error.code)
  )
}

/** Where rows may be that cannot be read: usual numbers begin at 1. */
function bounds(first: bigint, last: bigint): [bigint, bigint] {
  const from = first === lowest ? (last > 0n ? 0n : last - reach) : first
  return [from, last === highest ? from + reach : last]
}

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

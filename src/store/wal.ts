import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { isNone } from './beside.ts'

const headerBytes = 32
const frameHeaderBytes = 24
const littleEndian = 0x377f0682
const bigEndian = 0x377f0683

type Sums = [number, number]
type Header = { isBig: boolean; pageSize: number; salt: Buffer; sums: Sums }
type Fault = { what: string; salt?: string }

/**
 * Why the write-ahead log beside a file is not what was written; null: it is whole, or there is none. SQLite goes on without a
 * word from the last transaction before a frame whose checksum is wrong. Pages that a checkpoint had copied into the file are
 * newer then than those in what is left of the log, so the file may be a mixture of two states.
 */
export function walFault(file: string): string | null {
  const wal = openIfThere(`${file}-wal`)
  if (wal === null) return null
  try {
    const fault = look(wal)
    // A log that is written at this moment may be seen half written, or begun anew; what is broken stays so.
    return fault && isDeepStrictEqual(look(wal), fault) ? fault.what : null
  } finally {
    closeSync(wal)
  }
}

/** Whoever closes the file last may take it away meanwhile. */
function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isNone(error)) return null
    throw error
  }
}

function look(wal: number): Fault | null {
  const { size } = fstatSync(wal)
  if (size < headerBytes) return null
  const header = readHeader(wal)
  if (!header) return { what: 'the header of its write-ahead log is broken' }
  const broken = brokenFrame(wal, size, header)
  return broken === null
    ? null
    : { what: `frame ${broken} of its write-ahead log is broken`, salt: header.salt.toString('hex') }
}

function readHeader(wal: number): Header | null {
  const bytes = read(wal, 0, headerBytes)
  const magic = bytes.readUInt32BE(0)
  const isBig = magic === bigEndian
  if (!isBig && magic !== littleEndian) return null
  const sums = added(bytes.subarray(0, 24), isBig, [0, 0])
  return isSaid(bytes.subarray(24), sums)
    ? { isBig, pageSize: bytes.readUInt32BE(8), salt: bytes.subarray(16, 24), sums }
    : null
}

/**
 * The first frame that is not as it was written, where one that is of this log, by its salt, and ends a transaction is there or later:
 * else it is left of a transaction that was rolled back, or that a kill cut off, and a smaller one was written over its beginning.
 * A log is used again and again, so frames of an older use, whose salt is another, may follow; none of this use comes after them.
 */
function brokenFrame(wal: number, size: number, { isBig, pageSize, salt, sums }: Header): number | null {
  const frameBytes = frameHeaderBytes + pageSize
  let broken: number | null = null
  for (let at = headerBytes, number = 1; at + frameHeaderBytes <= size; at += frameBytes, number++) {
    const frame = read(wal, at, broken === null ? frameBytes : frameHeaderBytes)
    const isOfThisLog = frame.subarray(8, 16).equals(salt)
    sums = added(frame.subarray(frameHeaderBytes), isBig, added(frame.subarray(0, 8), isBig, sums))
    if (!isOfThisLog || !isSaid(frame.subarray(16), sums)) broken ??= number
    const endsTransaction = isOfThisLog && frame.readUInt32BE(4) !== 0
    if (broken !== null && endsTransaction) return broken
  }
  return null
}

function isSaid(at: Buffer, [first, second]: Sums): boolean {
  return at.readUInt32BE(0) === first && at.readUInt32BE(4) === second
}

/** SQLite's checksum of these bytes, going on from the one before. */
function added(bytes: Buffer, isBig: boolean, [first, second]: Sums): Sums {
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0
    second = (second + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0
  }
  return [first, second]
}

/** As many bytes as there are; what is missing at the end is nothing. */
function read(wal: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  readSync(wal, bytes, 0, length, at)
  return bytes
}

import { gzipSync } from 'node:zlib'
import type { Commit, ObjectStore, TreeEntry } from './objects.ts'
import { listTree } from './trees.ts'

/** What `git archive --format=tar.gz --prefix=<prefix>/ <commit>` writes; attributes such as export-ignore are not read. */
export function archiveOf(store: ObjectStore, commit: Commit, prefix: string): Buffer {
  const seconds = commit.committer.seconds
  const parts = [
    globalHeader(commit.id, seconds),
    header({ name: `${prefix}/`, mode: 0o775, size: 0, type: '5', seconds }),
  ]
  for (const entry of listTree(store, commit.tree, true))
    parts.push(...member(store, entry, `${prefix}/${entry.path}`, seconds))
  parts.push(Buffer.alloc(1024))
  return gzipSync(Buffer.concat(parts))
}

type Header = { name: string; mode: number; size: number; type: string; seconds: number; link?: string }

function member(store: ObjectStore, entry: TreeEntry, name: string, seconds: number): Buffer[] {
  if (entry.mode === '160000') return [header({ name: `${name}/`, mode: 0o775, size: 0, type: '5', seconds })]
  if (entry.mode === '40000') return named({ name: `${name}/`, mode: 0o775, size: 0, type: '5', seconds })
  const data = store.blob(entry.id) ?? Buffer.alloc(0)
  if (entry.mode === '120000') {
    return named({ name, mode: 0o777, size: 0, type: '2', seconds, link: data.toString() })
  }
  const mode = entry.mode === '100755' ? 0o775 : 0o664
  return [...named({ name, mode, size: data.length, type: '0', seconds }), data, padding(data.length)]
}

/** A name that does not fit 100 bytes travels in a pax record before its member. */
function named(fields: Header): Buffer[] {
  const records = []
  if (Buffer.byteLength(fields.name) > 100) records.push(paxRecord('path', fields.name))
  if (Buffer.byteLength(fields.link ?? '') > 100) records.push(paxRecord('linkpath', fields.link ?? ''))
  if (records.length === 0) return [header(fields)]
  const body = Buffer.concat(records)
  const pax = { name: 'pax.data', mode: 0o664, size: body.length, type: 'x', seconds: fields.seconds }
  return [header(pax), body, padding(body.length), header(fields)]
}

/** git archive opens with the commit's id as a pax comment. */
function globalHeader(id: string, seconds: number): Buffer {
  const body = paxRecord('comment', id)
  const head = header({ name: 'pax_global_header', mode: 0o664, size: body.length, type: 'g', seconds })
  return Buffer.concat([head, body, padding(body.length)])
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`)
  let length = rest.length + String(rest.length).length
  if (rest.length + String(length).length > length) length += 1
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** One ustar header of 512 bytes (POSIX.1-2001): the checksum counts its own field as blanks. */
function header({ name, mode, size, type, seconds, link = '' }: Header): Buffer {
  const block = Buffer.alloc(512)
  Buffer.from(name).copy(block, 0, 0, 100)
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(seconds, 136, 12)
  block.write('        ', 148)
  block.write(type, 156)
  Buffer.from(link).copy(block, 157, 0, 100)
  block.write('ustar\x0000', 257)
  block.write('root', 265)
  block.write('root', 297)
  octal(0, 329, 8)
  octal(0, 337, 8)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(7, '0')}\0`, 148)
  return block
}

function padding(length: number): Buffer {
  return Buffer.alloc((512 - (length % 512)) % 512)
}

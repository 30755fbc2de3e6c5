import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { TransientError } from '../../src/errors.ts'
import { filesOfArchive } from '../../src/gitea/archive.ts'
import { blobId } from '../../src/rules/blob-id.ts'
import { maxEntryBytes } from '../../src/rules/entry.ts'

const id = (text: string) => blobId(Buffer.from(text), 40)

/** A .tar.gz of files (path -> text). */
async function archive(files: Record<string, string>): Promise<Buffer> {
  const tar = pack()
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text)
  tar.finalize()
  return gzipSync(await buffer(Readable.from(tar)))
}

/** The same, but its first entry, with its text, is said to be of another type: what no program writes, but anyone can. */
function typed(gzip: Buffer, type: string): Buffer {
  return gzipSync(headed(gunzipSync(gzip), 156, type))
}

/** The same archive, not compressed, with other words in its first header. */
function headed(tar: Buffer, at: number, words: string): Buffer {
  tar.write(words, at)
  tar.write(' '.repeat(8), 148) // the sum is of a header that has blanks for it
  const sum = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return tar
}

const texts = async (gzip: Uint8Array, wanted: Record<string, string>) =>
  Object.fromEntries(
    [...(await filesOfArchive(gzip, new Map(Object.entries(wanted))))].map(([path, bytes]) => [path, String(bytes)]),
  )

describe('an archive', () => {
  test('gives the wanted files, whatever the repository is called in it', async () => {
    const gzip = await archive({ 'meta/rfcs/a.md': 'A', 'meta/rfcs/b.md': 'B', 'meta/c.md': 'C' })
    expect(await texts(gzip, { 'rfcs/a.md': id('A'), 'c.md': id('C') })).toEqual({ 'rfcs/a.md': 'A', 'c.md': 'C' })
    expect(await texts(await archive({ 'METa/rfcs/a.md': 'A' }), { 'rfcs/a.md': id('A') })).toEqual({
      'rfcs/a.md': 'A',
    })
  })

  test('leaves out a file that differs from its blob, as export-subst makes it', async () => {
    const gzip = await archive({ 'meta/rfcs/a.md': 'version 12ab34', 'meta/rfcs/b.md': 'B' })
    expect(await texts(gzip, { 'rfcs/a.md': id('version $Format:%h$'), 'rfcs/b.md': id('B') })).toEqual({
      'rfcs/b.md': 'B',
    })
  })

  test('leaves out what it does not hold, as export-ignore makes it', async () => {
    expect(await texts(await archive({ 'meta/x': 'X' }), { 'rfcs/a.md': id('A') })).toEqual({})
  })

  test.each([
    ['a hard link', '1'],
    ['a symbolic link', '2'],
    ['a device', '3'],
    ['a pipe', '6'],
    ['what nobody knows', 'Z'],
  ])('leaves out %s, though its text is that of the blob', async (_, type) => {
    const gzip = await archive({ 'meta/rfcs/a.md': 'A', 'meta/rfcs/b.md': 'B' })
    const wanted = { 'rfcs/a.md': id('A'), 'rfcs/b.md': id('B') }
    expect(await texts(typed(gzip, '0'), wanted)).toEqual({ 'rfcs/a.md': 'A', 'rfcs/b.md': 'B' })
    expect(await texts(typed(gzip, type), wanted)).toEqual({ 'rfcs/b.md': 'B' })
  })

  test('leaves out a folder, though its nothing is that of an empty blob', async () => {
    const gzip = await archive({ 'meta/rfcs/a.md': '' })
    expect(await texts(typed(gzip, '0'), { 'rfcs/a.md': id('') })).toEqual({ 'rfcs/a.md': '' })
    expect(await texts(typed(gzip, '5'), { 'rfcs/a.md': id('') })).toEqual({})
  })

  test('leaves out what is larger than any entry, which a few bytes can stand for', async () => {
    const bomb = 'x'.repeat(maxEntryBytes + 1)
    const gzip = await archive({ 'meta/rfcs/a.md': bomb, 'meta/rfcs/b.md': 'B' })
    expect(gzip.length).toBeLessThan(10_000)
    expect(await texts(gzip, { 'rfcs/a.md': id(bomb), 'rfcs/b.md': id('B') })).toEqual({ 'rfcs/b.md': 'B' })
  })

  test('holds nothing of what is not wanted, however large it is', async () => {
    const [part, parts] = [16 * 2 ** 20, 32]
    const tar = gunzipSync(await archive({ 'meta/bomb': '', 'meta/rfcs/b.md': 'B' }))
    headed(tar, 124, (part * parts).toString(8).padStart(11, '0'))
    const zeros = gzipSync(Buffer.alloc(part))
    // A gzip may follow a gzip: half a GiB is made in no time.
    const bomb = [gzipSync(tar.subarray(0, 512)), ...Array(parts).fill(zeros), gzipSync(tar.subarray(512))]
    const before = process.resourceUsage().maxRSS
    expect(await texts(Buffer.concat(bomb), { 'rfcs/b.md': id('B') })).toEqual({ 'rfcs/b.md': 'B' })
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(256 * 1024)
  })

  test('gives long names, empty files and large ones', async () => {
    const long = `rfcs/${'n'.repeat(250)}.md`
    const large = 'x'.repeat(300_000)
    const gzip = await archive({ [`meta/${long}`]: 'L', 'meta/e': '', 'meta/l': large })
    expect(await texts(gzip, { [long]: id('L'), e: id(''), l: id(large) })).toEqual({ [long]: 'L', e: '', l: large })
  })

  test('of a repository whose ids are sha-256 is held to those', async () => {
    const sha256 = blobId(Buffer.from('A'), 64)
    expect(await texts(await archive({ 'm/a': 'A', 'm/b': 'B' }), { a: sha256, b: sha256 })).toEqual({ a: 'A' })
  })
})

describe('fault F15: an archive that is not whole is a TransientError', () => {
  const noise = Array.from({ length: 5000 }, (_, n) => id(String(n))).join()
  const whole = archive({ 'meta/a': noise, 'meta/b': 'B' })

  test.each([0.1, 0.5, 0.9, 0.999])('cut after %d of it', async (part) => {
    const gzip = await whole
    const cut = gzip.subarray(0, Math.floor(gzip.length * part))
    await expect(filesOfArchive(cut, new Map([['a', id(noise)]]))).rejects.toBeInstanceOf(TransientError)
  })

  test('when its checksum is missing', async () => {
    await expect(filesOfArchive((await whole).subarray(0, -8), new Map())).rejects.toBeInstanceOf(TransientError)
  })

  test('when nothing came', async () => {
    await expect(filesOfArchive(new Uint8Array(), new Map())).rejects.toBeInstanceOf(TransientError)
  })

  test('when it is a web page', async () => {
    await expect(filesOfArchive(Buffer.from('<!doctype html>'), new Map())).rejects.toBeInstanceOf(TransientError)
  })
})

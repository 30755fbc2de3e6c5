import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseAst } from 'vitest/node'

/**
 * The architecture: the rooms of src/ from inner to outer. A file imports its own room and rooms of lines above; rooms of one
 * line never import each other.
 */
const layers = [
  ['errors', 'effects', 'meter'],
  ['rules'],
  ['gitea', 'store'],
  ['refresh'],
  ['work'],
  ['status'],
  ['http'],
  ['config', 'log', 'systemd'],
  ['daemon'],
  ['demo'],
  ['commands'],
  ['cli'],
]

/** The fake Gitea stands for another program, so it knows nothing of ours but its words for what goes wrong. */
const knownToDemo = ['demo', 'errors', 'effects']

const src = fileURLToPath(new URL('../src/', import.meta.url))
const files = globSync('**/*.ts', { cwd: src }).map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }))
const roomOf = (path: string) => path.split('/')[0]?.replace(/\.ts$/, '') ?? ''

/** Who imports whom from another room, statically or not, for types or not. */
const imports = files.flatMap(({ path, text }) =>
  [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'(\.[^']+)'/g)].flatMap(([, target = '']) => {
    const to = roomOf(normalize(join(dirname(path), target)))
    return to === roomOf(path) ? [] : { path, from: roomOf(path), to }
  }),
)

describe('the layers', () => {
  test('hold every room there is', () => {
    expect(new Set(files.map(({ path }) => roomOf(path)))).toEqual(new Set(layers.flat()))
  })

  test('are kept: a file imports its own room and inner ones only', () => {
    const rank = (room: string) => layers.findIndex((line) => line.includes(room))
    expect(imports.length).toBeGreaterThan(100)
    expect(imports.filter(({ from, to }) => rank(to) >= rank(from))).toEqual([])
  })

  test('leave the fake Gitea outside: it knows nothing of the mirror, and only commands know it', () => {
    expect(imports.filter(({ from, to }) => from === 'demo' && !knownToDemo.includes(to))).toEqual([])
    expect(imports.filter(({ from, to }) => to === 'demo' && from !== 'commands')).toEqual([])
  })

  test('keep SQL to store/, and to the application that the demo plays', () => {
    const speakers = files.filter(({ text }) => /\.prepare\b/.test(text)).map(({ path }) => path)
    expect(speakers.filter((path) => !/^(store|demo)\//.test(path))).toEqual([])
  })
})

describe('the code stays small:', () => {
  const sizes = files.flatMap(({ path, text }) => functionsOf(text).map((lines) => ({ path, lines })))

  test('no file has more than 200 lines', () => {
    const long = files.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    expect(long.filter(({ lines }) => lines > 200)).toEqual([])
  })

  test('no function has more than 50 lines', () => {
    expect(sizes.filter(({ lines }) => lines > 50)).toEqual([])
  })

  test('half of the functions have ten lines or fewer', () => {
    const sorted = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(10)
  })
})

/** How many lines of code the functions with statements have in their bodies, blank ones and comments apart. */
function functionsOf(text: string): number[] {
  const bodies: number[] = []
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if (hasBody(node)) bodies.push(linesOfCode(text.slice(node.body.start + 1, node.body.end - 1)))
    Object.values(node).forEach(look)
  }
  look(parseAst(text, { lang: 'ts' }).body)
  return bodies
}

function hasBody(node: object): node is { body: { start: number; end: number } } {
  const { type, body } = node as { type?: string; body?: { type?: string } }
  return /Function/.test(type ?? '') && body?.type === 'BlockStatement'
}

function linesOfCode(text: string): number {
  return text.split('\n').filter((line) => /^\s*(?!\/\/|\/?\*)\S/.test(line)).length
}

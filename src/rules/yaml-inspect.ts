import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml'
import { excerpt } from './plain.ts'
import { nulProblem, Unreadable } from './unreadable.ts'

/** Gives the node an alias stands for, and any other node as it is. */
export type Resolve = (node: unknown) => unknown

const maxAliases = 50
const maxDepth = 100

/** The problem of a nesting beyond `maxDepth`, far less than any stack holds: so the answer depends on no stack. */
export const tooDeep = 'The front matter is nested too deeply: make it flat.'

const tooManyAliases = 'The front matter uses more than 50 YAML aliases: write the values out.'

/**
 * Refuses, in one walk, what YAML allows and a front matter must not have. The walk is in document order, so that an
 * alias finds the last anchor of its name before it; what comes back leads from an alias to its node.
 */
export function inspectYaml(document: Document.Parsed, lines: LineCounter): Resolve {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, (_key, node, path) => {
    if (path.length > maxDepth) throw new Unreadable(tooDeep)
    if (isAlias(node)) targets.set(node, target(node, anchors))
    if (targets.size > maxAliases) throw new Unreadable(tooManyAliases)
    if (isMap(node)) refuseDuplicates(node, lines)
    if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\0')) throw new Unreadable(nulProblem)
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) anchors.set(node.anchor, node)
  })
  return (node) => (isAlias(node) ? targets.get(node) : node)
}

function target(alias: Alias, anchors: ReadonlyMap<string, Node>): Node {
  const found = anchors.get(alias.source)
  if (found !== undefined) return found
  throw new Unreadable(
    `The front matter has an alias \`*${excerpt(alias.source)}\` without an anchor before it: write the value out.`,
  )
}

function refuseDuplicates(map: YAMLMap, lines: LineCounter): void {
  const seen = new Set<unknown>()
  for (const { key } of map.items) {
    if (!isScalar(key)) continue
    if (seen.has(key.value)) throw duplicateKey(key, lines)
    seen.add(key.value)
  }
}

/** The problem of a key that its map has already. */
export function duplicateKey(key: Scalar, lines: LineCounter): Unreadable {
  const { line } = lines.linePos(key.range?.[0] ?? 0)
  const name = excerpt(String(key.value))
  return new Unreadable(`The front matter has the key \`${name}\` a second time on line ${line}: keep one of them.`)
}

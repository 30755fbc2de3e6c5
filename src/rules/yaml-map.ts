import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { nulProblem, Unreadable } from './unreadable.ts'

const maxAliases = 50
const maxDepth = 100
const maxTokens = 10_000

const notLines = 'The front matter must be lines of the form `key: value`.'
const tooManyAliases = 'The front matter uses more than 50 YAML aliases: write the values out.'
const tooManyTokens = 'The front matter is too large: keep it to about a thousand lines.'
const tooDeep = 'The front matter is nested too deeply: make it flat.'
const twoDocuments = 'The front matter holds more than one YAML document: remove the line `...` and what follows it.'

// Scalars stay text as written: 0042, 2026-05-24 and `yes` are the author's words. Duplicates are found below,
// in linear time; nothing calls toJS(), so an alias is looked up once and never expanded.
const options = {
  version: '1.2',
  schema: 'failsafe',
  customTags: ['null'],
  resolveKnownTags: false,
  uniqueKeys: false,
  merge: false,
  prettyErrors: false,
  // Not 'silent': that would also hide a second document.
  logLevel: 'error',
} satisfies Parameters<typeof parseDocument>[1]

type Lookup = (node: unknown) => unknown

/**
 * Reads a YAML map one level deep: each value is a text, null, a list, or `{}` for a map; what a list holds is a
 * text, null, or `{}` for anything else. Throws Unreadable.
 */
export function readYamlMap(yaml: string): Map<string, unknown> {
  refuseManyTokens(yaml)
  const lines = new LineCounter()
  const document = parseDocument(yaml, { ...options, lineCounter: lines })
  refuseErrors(document.errors, lines)
  const lookup = inspect(document, lines)
  if (document.contents === null) return new Map()
  if (!isMap(document.contents)) throw new Unreadable(notLines)
  return topLevel(document.contents, lookup, lines)
}

// The time to read is bounded by the tokens, not the bytes: 64 KiB of `[` would take ten times as long as of words.
function refuseManyTokens(yaml: string): void {
  let tokens = 0
  for (const _ of new Lexer().lex(yaml)) if (++tokens > maxTokens) throw new Unreadable(tooManyTokens)
}

function refuseErrors(errors: readonly YAMLError[], lines: LineCounter): void {
  const [first] = errors
  if (first === undefined) return
  // The parser's own stack ran out.
  if (errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) throw new Unreadable(tooDeep)
  if (first.code === 'MULTIPLE_DOCS') throw new Unreadable(twoDocuments)
  const { line } = lines.linePos(first.pos[0])
  throw new Unreadable(`The front matter is not valid YAML: correct line ${line} (${excerpt(first.message)}).`)
}

// One walk in document order, so that an alias finds the last anchor of its name before it.
function inspect(document: Document.Parsed, lines: LineCounter): Lookup {
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
    if (seen.has(key.value)) throw duplicate(key, lines)
    seen.add(key.value)
  }
}

function duplicate(key: Scalar, lines: LineCounter): Unreadable {
  const { line } = lines.linePos(key.range?.[0] ?? 0)
  const name = excerpt(String(key.value))
  return new Unreadable(`The front matter has the key \`${name}\` a second time on line ${line}: keep one of them.`)
}

function topLevel(map: YAMLMap, lookup: Lookup, lines: LineCounter): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const pair of map.items) {
    const key = lookup(pair.key)
    if (!isScalar(key) || typeof key.value !== 'string') continue
    // Only a key written as an alias can still be a second one here.
    if (values.has(key.value)) throw duplicate(key, lines)
    values.set(key.value, value(pair.value, lookup))
  }
  return values
}

function value(node: unknown, lookup: Lookup): unknown {
  const found = lookup(node)
  return isSeq(found) ? found.items.map((item) => simple(lookup(item))) : simple(found)
}

function simple(node: unknown): unknown {
  if (node === null) return null
  if (!isScalar(node)) return {}
  // An escape like "\ud800" is half a character, which no file or database can hold.
  return typeof node.value === 'string' ? node.value.toWellFormed() : null
}

function excerpt(text: string): string {
  return text.slice(0, 200).toWellFormed().replaceAll(/\s+/g, ' ')
}

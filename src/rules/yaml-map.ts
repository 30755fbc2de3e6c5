import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { excerpt } from './plain.ts'
import { Unreadable } from './unreadable.ts'
import { duplicateKey, inspectYaml, type Resolve, tooDeep } from './yaml-inspect.ts'

const maxTokens = 10_000

const notLines = 'The front matter must be lines of the form `key: value`.'
const tooManyTokens = 'The front matter is too large: keep it to about a thousand lines.'
const twoDocuments =
  'The front matter holds more than one YAML document: remove the line that begins with `...` or `--- `, or indent it.'

// Scalars stay text as written: 0042, 2026-05-24 and `yes` are the author's words. Duplicates are found by
// inspectYaml, in linear time; nothing calls toJS(), so an alias is looked up once and never expanded.
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

/**
 * Reads a YAML map one level deep: each value is a text, null, a list, or `{}` for a map; what a list holds is a
 * text, null, or `{}` for anything else. Throws Unreadable.
 */
export function readYamlMap(yaml: string): Map<string, unknown> {
  refuseManyTokens(yaml)
  const lines = new LineCounter()
  const document = parse(yaml, lines)
  refuseErrors(document.errors, lines)
  const resolve = inspectYaml(document, lines)
  if (document.contents === null) return new Map()
  if (!isMap(document.contents)) throw new Unreadable(notLines)
  return topLevel(document.contents, resolve, lines)
}

// The time to read is bounded by the tokens, not the length: a thousand `[` take as long as a thousand words.
function refuseManyTokens(yaml: string): void {
  let tokens = 0
  for (const _ of new Lexer().lex(yaml)) if (++tokens > maxTokens) throw new Unreadable(tooManyTokens)
}

// The parser throws for one thing, its stack running out; deep inside a collection it makes an error of it instead.
function parse(yaml: string, lines: LineCounter): Document.Parsed {
  try {
    return parseDocument(yaml, { ...options, lineCounter: lines })
  } catch (cause) {
    throw new Unreadable(tooDeep, { cause })
  }
}

function refuseErrors(errors: readonly YAMLError[], lines: LineCounter): void {
  const [first] = errors
  if (first === undefined) return
  if (errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) throw new Unreadable(tooDeep)
  if (first.code === 'MULTIPLE_DOCS') throw new Unreadable(twoDocuments)
  const { line } = lines.linePos(first.pos[0])
  throw new Unreadable(`The front matter is not valid YAML: correct line ${line} (${excerpt(first.message)}).`)
}

function topLevel(map: YAMLMap, resolve: Resolve, lines: LineCounter): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const pair of map.items) {
    const key = resolve(pair.key)
    if (!isScalar(key) || typeof key.value !== 'string') continue
    // Only a key written as an alias can still be a second one here.
    if (values.has(key.value)) throw duplicateKey(key, lines)
    values.set(key.value, value(pair.value, resolve))
  }
  return values
}

function value(node: unknown, resolve: Resolve): unknown {
  const found = resolve(node)
  return isSeq(found) ? found.items.map((item) => simple(resolve(item))) : simple(found)
}

function simple(node: unknown): unknown {
  if (node === null) return null
  if (!isScalar(node)) return {}
  // An escape like "\ud800" is half a character, which no file or database can hold.
  return typeof node.value === 'string' ? node.value.toWellFormed() : null
}

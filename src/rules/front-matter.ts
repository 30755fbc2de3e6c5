import matter from 'gray-matter'
import { Unreadable } from './unreadable.ts'
import { readYamlMap } from './yaml-map.ts'

/** The keys of a front matter as `readYamlMap` gives them, and the text after its closing line. */
export type FrontMatter = { values: ReadonlyMap<string, unknown>; body: string }

// One way to match each text: two runs of blanks side by side would take quadratic time on a long one.
const openingLine = /^---[ \t]*(?:ya?ml[ \t]*)?(?=\r?\n)/
const closingLine = /\n---[ \t]*\r?(?:\n|$)/g

const maxBlock = 32_768
const maxBlanks = 1000

const noFrontMatter = 'The file does not begin with front matter: make its first line `---`.'
const unclosed = 'The front matter is not closed: end it with a line that is just `---`.'
const tooLong = 'The front matter is longer than 32,768 characters: move text below its closing `---`.'
const tooBlank = 'The front matter has more than 1,000 blanks or blank lines in a row: remove them.'

// gray-matter closes at any "\n---", also at `---x: y`, and would lose what stands after it. No entry holds a NUL.
const delimiters: [string, string] = ['---', '\0']

/** Splits a file, its BOM taken off, into front matter and body; throws Unreadable. */
export function readFrontMatter(text: string): FrontMatter {
  const { block, body } = findFrame(text)
  refuseCostly(block)
  // The frame made anew: gray-matter keeps blanks of the opening line and the CR before the closing one.
  const values: unknown = matter(`---${block}\n\0`, { engines, delimiters }).data
  return { values: values instanceof Map ? values : new Map(), body }
}

function findFrame(text: string): { block: string; body: string } {
  const start = openingLine.exec(text)?.[0].length
  if (start === undefined) throw new Unreadable(noFrontMatter)
  closingLine.lastIndex = start
  const closing = closingLine.exec(text)
  if (closing === null) throw new Unreadable(unclosed)
  return {
    block: text.slice(start, closing.index).replace(/\r$/, ''),
    body: text.slice(closing.index + closing[0].length),
  }
}

// gray-matter looks for comments with /^\s*#/gm, which is quadratic in a run of blank lines.
function refuseCostly(block: string): void {
  if (block.length > maxBlock) throw new Unreadable(tooLong)
  if (block.split(/\S+/).some((blanks) => blanks.length > maxBlanks)) throw new Unreadable(tooBlank)
}

// Options are always passed, for without them gray-matter uses its cache; and each of its own engines is replaced,
// for its `javascript` evaluates. The opening line has let in nothing but yaml by now.
const engines = { yaml: readYamlMap, json: refuseLanguage, javascript: refuseLanguage }

function refuseLanguage(): never {
  throw new Unreadable(noFrontMatter)
}

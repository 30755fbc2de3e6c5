import { styleText } from 'node:util'
import Table from 'cli-table3'
import { textWidth, wrapped } from '../text.ts'

const gap = 2

/** A title over what follows, as wide as the text. */
export function heading(words: string): void {
  print(bold(`── ${words} ${'─'.repeat(Math.max(0, textWidth() - words.length - 4))}`), '')
}

/** A paragraph. */
export function say(words: string): void {
  print(wrapped(words), '')
}

/** Sentences one under the other. */
export function list(sentences: string[]): void {
  print(...sentences.map((words) => `  - ${wrapped(words, textWidth(), '    ')}`), '')
}

/** A line as it is. */
export function line(words: string): void {
  print(words)
}

/** An empty line. */
export function blank(): void {
  print('')
}

/** A command as a person would type it. */
export function typed(command: string): void {
  print(bold(`$ ${command}`))
}

/** Columns of rows under their names, without lines around them; the last one is cut where the text ends. */
export function table<Column extends string>(columns: Column[], rows: Record<NoInfer<Column>, string>[]): void {
  const heads = columns.map((column) => column.replace('_', ' '))
  const cells = rows.map((row) => columns.map((column) => row[column]))
  const widths = heads.map((head, at) => gap + Math.max(...[head, ...cells.map((row) => row[at] ?? '')].map(lengthOf)))
  const room = textWidth() + gap - widths.slice(0, -1).reduce((sum, width) => sum + width, 0)
  const drawn = new Table({
    head: heads,
    colWidths: [...widths.slice(0, -1), Math.min(widths.at(-1) ?? room, room)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': gap },
    chars: { ...withoutLines, mid: '─' },
  })
  drawn.push(...cells)
  // The gap after the last column is no part of it.
  print(
    ...drawn
      .toString()
      .split('\n')
      .map((line) => line.replace(/(?: +|──)$/, '')),
    '',
  )
}

function lengthOf({ length }: string): number {
  return length
}

const corners = ['top', 'bottom', 'left', 'right', 'middle', 'top-mid', 'top-left', 'top-right'] as const
const moreCorners = ['mid-mid', 'bottom-mid', 'bottom-left', 'bottom-right', 'left-mid', 'right-mid'] as const
const withoutLines = Object.fromEntries([...corners, ...moreCorners].map((place) => [place, '']))

function bold(words: string): string {
  return styleText('bold', words, { stream: process.stdout })
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

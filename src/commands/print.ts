import { plain } from '../rules/plain.ts'

const introducer = '\u001b'
/** Line ends, and the colours that util.styleText makes for us. */
const ours = new RegExp(`(\n|${introducer}\\[(?:[012]|22|3[1239])m)`)

/** Writes text to a terminal or a pipe; of what stands in it, only line ends and our own colours act. */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  const parts = text.split(ours)
  stream.write(parts.map((part, at) => (at % 2 === 1 ? part : plain(part))).join(''))
}

/** The same on standard error. */
export function complain(text: string): void {
  print(text, process.stderr)
}

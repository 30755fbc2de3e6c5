/** Paragraphs read best up to here, however wide the terminal is. */
const widest = 100
const usual = 80

/** How wide text is set: the terminal's width, within reason; 80 where there is no terminal. */
export function textWidth(): number {
  return Math.min(process.stdout.columns || usual, widest)
}

/** Words set in lines up to that width, for the place after `indent`, which all lines but the first begin with. */
export function wrapped(words: string, width = textWidth(), indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of words.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length > width - indent.length && line !== '') {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].join(`\n${indent}`)
}

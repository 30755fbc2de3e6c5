/** What may stand in a template: text is escaped, HTML is not, lists follow one another, nothing is nothing. */
export type Part = Html | string | number | false | null | undefined | Part[]

/** Text that is HTML already; only `html` makes it, so whatever came from outside is escaped once. */
export class Html {
  readonly #text: string
  private constructor(text: string) {
    this.#text = text
  }

  static of(strings: TemplateStringsArray, parts: Part[]): Html {
    return new Html(strings.map((text, index) => text + textOf(parts[index])).join(''))
  }

  toString(): string {
    return this.#text
  }
}

/** A template of HTML; attributes must be in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return Html.of(strings, parts)
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.toString()
  if (Array.isArray(part)) return part.map(textOf).join('')
  if (part === false || part === null || part === undefined) return ''
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

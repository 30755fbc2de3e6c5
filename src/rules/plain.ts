// Controls (C0, DEL, C1), line separators, and what turns the direction of writing.
const acting = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text with what acts on a terminal, breaks a line or makes words look like others written as escapes (`\u001b`): whoever named
 * a file or a branch says nothing in our name. Of JSON it makes JSON of the same value.
 */
export function plain(text: string): string {
  return text.replace(acting, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const mostRead = 200
const mostSaid = 300

/** The beginning of an author's text, fit for a sentence: escapes, whole ones, make it no longer than that. */
export function excerpt(text: string): string {
  const said = plain(text.slice(0, mostRead).toWellFormed().replaceAll(/\s+/g, ' '))
  if (said.length <= mostSaid) return said
  return said
    .slice(0, mostSaid)
    .replace(/\\u?[\da-f]{0,3}$/, '')
    .toWellFormed()
}

/** The JSON value of a text; undefined where it is none, as of an error page. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

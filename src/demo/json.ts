/** A JSON value; keys that are undefined are left out when it is written, as Go's omitempty does. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }

/** JSON as Go's encoder writes it: with `<`, `>`, `&`, U+2028 and U+2029 escaped, which every reader must undo. */
export function goJson(value: Json, indent?: string): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, indent).replace(/[<>&\u2028\u2029]/g, escaped)
}

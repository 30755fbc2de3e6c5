const slug = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** Whether the text can name an RFC: in front matter, in a file's name, in a branch's name. */
export function isSlug(text: string): boolean {
  return slug.test(text)
}

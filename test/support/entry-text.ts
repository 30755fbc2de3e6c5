/** An entry file: front matter of a slug, a title, a state and these lines (null leaves one out), and a body. */
export function entryText(slug: string, lines: Record<string, string | null> = {}, body = `About ${slug}.\n`): string {
  const front = Object.entries({ slug, title: `The ${slug}`, state: 'super-draft', ...lines })
  const written = front.flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`]))
  return `---\n${written.join('\n')}\n---\n${body}`
}

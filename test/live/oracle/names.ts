const slug = '([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)'

const kinds: [RegExp, string][] = [
  [new RegExp(`^propose/${slug}$`), 'idea'],
  [new RegExp(`^edit-${slug}-[0-9a-f]{6}$`), 'meta_body_edit'],
  [new RegExp(`^edit/${slug}/.+$`), 'meta_body_edit'],
  [new RegExp(`^claim/${slug}$`), 'meta_claim'],
  [new RegExp(`^metadata-${slug}-[0-9a-f]{6}$`), 'meta_metadata'],
  [new RegExp(`^metadata/${slug}(?:/.+)?$`), 'meta_metadata'],
]

/** What a branch of the meta repository is for, and whose. */
export function kindOf(branch: string): { kind: string; slug: string } | null {
  for (const [form, kind] of kinds) {
    const found = form.exec(branch)?.[1]
    if (found !== undefined) return { kind, slug: found }
  }
  return null
}

import { excerpt } from './plain.ts'

/** A file under rfcs/ and the slug its front matter claims: null where it never could be read. */
export type Claim = { path: string; slug: string | null }

/** Whose the slugs are, and what is wrong with the other claims, by path. */
export type Claims = { owners: Set<string>; problems: Map<string, string> }

/**
 * `<slug>.md` alone owns its slug, even when it is broken; a slug no file is named after belongs to the first file, in byte
 * order of full names, that claims it. A broken file goes on claiming what it claimed when it could be read.
 */
export function settleClaims(files: Claim[]): Claims {
  const sorted = files.toSorted((a, b) => byBytes(a.path, b.path))
  const paths = new Set(sorted.map((file) => file.path))
  const firsts = new Map<string, string>()
  const claims: Claims = { owners: new Set(), problems: new Map() }
  for (const { path, slug } of sorted) {
    if (slug === null) continue
    const named = `rfcs/${slug}.md`
    const owner = paths.has(named) ? named : (firsts.get(slug) ?? path)
    if (!firsts.has(slug)) firsts.set(slug, path)
    if (owner === path) claims.owners.add(path)
    if (owner !== path)
      claims.problems.set(path, `The slug ${slug} belongs to ${excerpt(owner)}: give this file another slug.`)
    else if (named !== path)
      claims.problems.set(path, `The slug ${slug} is not the file's name: rename the file to ${slug}.md.`)
  }
  return claims
}

/** Byte order of names as git sorts them; JavaScript's own order differs beyond the Basic Multilingual Plane. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

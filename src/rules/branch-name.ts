import { isSlug } from './slug.ts'

/** What a branch of the meta repository is for, and the RFC it speaks of. */
export type BranchName = { kind: 'idea' | 'meta_body_edit' | 'meta_claim' | 'meta_metadata'; slug: string }

// The only list of the names, so that branches and pulls cannot disagree. Each pattern is anchored and takes the
// slug as whatever stands in its place; isSlug then decides. With `s`, a dot is a line separator too.
const names: readonly { kind: BranchName['kind']; pattern: RegExp }[] = [
  { kind: 'idea', pattern: /^propose\/([^/]+)$/ },
  { kind: 'meta_claim', pattern: /^claim\/([^/]+)$/ },
  { kind: 'meta_body_edit', pattern: /^edit\/([^/]+)\/./s },
  { kind: 'meta_body_edit', pattern: /^edit-(.+)-[0-9a-f]{6}$/ },
  { kind: 'meta_metadata', pattern: /^metadata\/([^/]+)(?:\/.|$)/s },
  { kind: 'meta_metadata', pattern: /^metadata-(.+)-[0-9a-f]{6}$/ },
]

/** Reads a branch's name; null when it is nobody's. The name alone decides, so that a rebuild agrees. */
export function readBranchName(name: string): BranchName | null {
  for (const { kind, pattern } of names) {
    const slug = pattern.exec(name)?.[1]
    if (slug !== undefined) return isSlug(slug) ? { kind, slug } : null
  }
  return null
}

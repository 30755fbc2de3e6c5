import { byBytes } from './claims.ts'
import { excerpt } from './plain.ts'

/** An entry that owns its slug. `repo` is as its author wrote it. */
export type Follower = { path: string; slug: string; state: string | null; repo: string | null }

/** A repository of the owner, as Gitea shows it. */
export type Followed = { id: number; private: boolean; isMeta: boolean }

/** Which repository is whose, by id, and why others are not followed, by path. */
export type Following = { slugs: Map<number, string>; problems: Map<string, string> }

/** The repository an entry asks for: none while it is a super-draft. */
export function wantedRepo({ state, repo }: { state: string | null; repo: string | null }): string | null {
  return state === 'super-draft' || !repo ? null : repo
}

/** `owner/name` inside the configured owner (Gitea's names know no case and have 100 characters at most); a name of another form or owner is never even asked for. */
export function isInside(repo: string, owner: string): boolean {
  const [its, name, ...more] = repo.split('/')
  return (
    its?.toLowerCase() === owner.toLowerCase() &&
    /^[A-Za-z0-9._-]{1,100}$/.test(name ?? '') &&
    name !== '.' &&
    name !== '..' &&
    more.length === 0
  )
}

/**
 * Decides which repositories are followed: inside the owner, visible, not the meta repository, not claimed by an entry whose
 * file sorts before, and not private while meta is public (its text would come out in the copy).
 * `find` gives the repository a name leads to, null where there is none to be seen.
 */
export function settleFollowing(
  entries: Follower[],
  owner: string,
  meta: { private: boolean },
  find: (name: string) => Followed | null,
): Following {
  const following: Following = { slugs: new Map(), problems: new Map() }
  for (const entry of entries.toSorted((a, b) => byBytes(a.path, b.path))) {
    const name = wantedRepo(entry)
    if (name === null) continue
    const repo = isInside(name, owner) ? find(name) : null
    const problem = objection(name, repo, owner, meta, following)
    if (problem || !repo) following.problems.set(entry.path, problem ?? '')
    else following.slugs.set(repo.id, entry.slug)
  }
  return following
}

function objection(
  name: string,
  repo: Followed | null,
  owner: string,
  meta: { private: boolean },
  { slugs }: Following,
): string | null {
  if (!isInside(name, owner))
    return `The repository ${excerpt(name)} is not followed: write it as ${owner}/<name>, only the owner's own repositories are.`
  if (!repo) return `The repository ${name} is not followed: there is none of that name to be seen.`
  if (repo.isMeta) return `The repository ${name} is not followed: it is the meta repository itself.`
  if (repo.private && !meta.private)
    return `The repository ${name} is not followed: it is private, and the meta repository is public.`
  const claimed = slugs.get(repo.id)
  return claimed === undefined
    ? null
    : `The repository ${name} is not followed for this entry: ${claimed} has it already.`
}

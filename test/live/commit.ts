import type { ApiContent } from './api-shapes.ts'
import { type Person, part, type Site } from './site.ts'

type Commit = {
  by?: Person
  /** A branch to be made from `branch` for this commit. */
  newBranch?: string
  message?: string
  /** When it was written, and when committed, with an offset. */
  dates?: { author: string; committer: string }
}

/** One commit through the contents API: texts by path, null deletes. Gives its id. */
export async function commitFiles(
  site: Site,
  repo: string,
  branch: string,
  files: Record<string, string | null>,
  { by, newBranch, message, dates }: Commit = {},
): Promise<string> {
  const steps = await Promise.all(Object.entries(files).map(([path, text]) => step(site, repo, branch, path, text)))
  const body = {
    branch,
    files: steps.flat(),
    message: message ?? `Change ${Object.keys(files).length} files`,
    ...(newBranch ? { new_branch: newBranch } : {}),
    ...(dates ? { dates } : {}),
  }
  const made = await site.call<{ commit: { sha: string } }>('POST', `/repos/${repo}/contents`, {
    body,
    ...(by ? { by } : {}),
  })
  return made.commit.sha
}

async function step(site: Site, repo: string, branch: string, path: string, text: string | null) {
  const there = await site.find<ApiContent | []>(`/repos/${repo}/contents/${part(path)}?ref=${part(branch)}`)
  const sha = there && 'sha' in there ? there.sha : undefined
  if (text === null) return sha ? [{ operation: 'delete', path, sha }] : []
  const content = Buffer.from(text).toString('base64')
  return sha ? [{ operation: 'update', path, content, sha }] : [{ operation: 'create', path, content }]
}

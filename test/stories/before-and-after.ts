import type { Copy, Row } from '../support/copy.ts'
import { active, entry, type Story } from './story.ts'

/** Two active RFCs with repositories, three super-drafts, and pulls of every kind. */
export function fill(story: Story): void {
  const { world } = story
  story.write({ 'rfcs/alpha.md': active('alpha'), 'rfcs/gamma.md': active('gamma') })
  story.write({ 'rfcs/beta.md': entry('beta'), 'rfcs/delta.md': entry('delta'), 'rfcs/omega.md': entry('omega') })
  for (const name of ['alpha', 'gamma']) {
    story.repo(name)
    for (const branch of ['one', 'two', 'three']) story.pull(`rfcs/${name}`, branch, { by: 'alice' })
  }
  for (const branch of ['edit/beta/one', 'edit/delta/two', 'claim/omega']) story.pull('rfcs/meta', branch)
  world.merge('rfcs/alpha', 1)
}

/** Of everything something comes, something moves and something goes. */
export function change(story: Story): void {
  const { world } = story
  story.write({
    'rfcs/beta.md': entry('beta', { title: 'Changed' }),
    'rfcs/delta.md': null,
    'rfcs/new.md': entry('new'),
  })
  world.commit('rfcs/alpha', 'main', { 'RFC.md': '# Changed\n' })
  world.deleteBranch('rfcs/alpha', 'two')
  world.deletePull('rfcs/alpha', 3)
  story.pull('rfcs/alpha', 'four')
  world.deletePull('rfcs/meta', 1)
  world.close('rfcs/meta', 2)
  story.pull('rfcs/meta', 'edit/new/three')
  world.deleteRepo('rfcs/gamma')
}

/** Rows that were live, are live in Gitea, and are not in the copy. */
export function wronglyGone(before: Copy, held: Copy, truth: Copy): string[] {
  const right = new Set(liveKeys(truth))
  const kept = new Set(liveKeys(held))
  return liveKeys(before).filter((key) => right.has(key) && !kept.has(key))
}

/** What is live in a copy, by key. */
export function liveKeys(copy: Copy): string[] {
  const keys = (sql: string, key: (row: Row) => string) => copy.all(sql).map(key)
  return [
    ...keys('SELECT * FROM cached_rfcs WHERE removed_at IS NULL', ({ slug }) => String(slug)),
    ...keys(
      "SELECT * FROM cached_branches WHERE state <> 'deleted'",
      (row) => `${row.rfc_slug} ${row.repo} ${row.branch_name}`,
    ),
    ...keys("SELECT * FROM cached_prs WHERE state <> 'deleted'", ({ repo, pr_number }) => `${repo}#${pr_number}`),
  ]
}

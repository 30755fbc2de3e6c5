import { examples } from './example-entries.ts'
import { bot, type Scene } from './example-organisation.ts'

const titles = [
  'Say it in fewer words',
  'A figure for the impatient',
  'What happens offline',
  'Name the edge cases',
  'Thank the reviewers',
]
const people = ['mara', 'jonas', 'priya', 'wen', 'tomas']

/**
 * Work that never ends: each call does the next small thing in one RFC's repository and says what it was. A branch, a pull that
 * the bot opens on somebody's behalf, closed and opened again, a merge with its branch deleted; then the next.
 */
export function bustle({ world, act }: Scene): () => string {
  const { slug, repo } = examples.blobs
  let step = 0
  let pull = 0

  return () => {
    const round = Math.floor(step / 5)
    const branch = `round-${round + 1}`
    const by = people[round % people.length] ?? bot
    const title = titles[round % titles.length] ?? ''
    const steps = [
      () => {
        world.commit(repo, branch, { [`${branch}.md`]: `${title}\n` }, { by, message: title })
        return `${by} pushes the branch ${branch} of ${repo}.`
      },
      () => {
        pull = world.openPull(repo, branch, { title, by: bot })
        act({ kind: 'open_branch_pr', slug, pull, by, repo })
        return `${by} has the bot open ${repo}#${pull}: ${title}.`
      },
      () => {
        world.close(repo, pull, { by })
        return `${by} has second thoughts and closes ${repo}#${pull}.`
      },
      () => {
        world.reopen(repo, pull, { by })
        return `${by} opens ${repo}#${pull} again.`
      },
      () => {
        world.merge(repo, pull, { deleteBranch: true })
        return `${repo}#${pull} is merged, and its branch deleted.`
      },
    ]
    return steps[step++ % steps.length]?.() ?? ''
  }
}

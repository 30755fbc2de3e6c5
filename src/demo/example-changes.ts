import type { Action } from './example-application.ts'
import { entryText, examples, fileOf } from './example-entries.ts'
import { bot, graduate, meta, type Scene } from './example-organisation.ts'
import type { World } from './world/world.ts'

/** One thing that happens in Gitea while nobody looks, and the sentence for it. */
export type Happening = { words: string; happen: (scene: Scene) => void }

export const happenings: Happening[] = [
  {
    words: 'The search index graduates: it is RFC-0004 now, and has a repository of its own.',
    happen: (scene) =>
      graduate(scene, { ...examples.search, owners: ['priya', 'tomas'], id: '0004', repo: 'tidepool/rfc-0004' }),
  },
  {
    words: "Wen's pull about garbage collection is merged, and its branch deleted.",
    happen: ({ world }) => {
      const { repo } = examples.blobs
      world.merge(repo, numberOf(world, repo, 'When a blob may go'), { deleteBranch: true })
    },
  },
  {
    words: 'Wen gives the sandbox a title with a colon in it, and the entry is no YAML any more.',
    happen: ({ world }) => {
      const broken = entryText({ ...examples.plugins, title: 'Plugins: a sandbox' })
      world.commit(
        meta,
        'main',
        { [fileOf(examples.plugins)]: broken },
        { by: 'wen', message: 'Retitle plugin-sandbox' },
      )
    },
  },
  {
    words: 'Mara withdraws her words about the relay: the application notes it, and its bot closes the pull.',
    happen: ({ world, act }) => {
      const pull = numberOf(world, meta, 'What the relay sees')
      act({ kind: 'withdraw_body_edit_pr', slug: examples.encryption.slug, pull, by: 'mara', repo: meta })
      world.close(meta, pull, { by: bot })
    },
  },
]

export type LateAction = Omit<Action, 'at'>

/** What the application should have noted when its bot opened the pull about tombstones. */
export function lateAction(world: World): LateAction {
  const pull = numberOf(world, meta, 'Tombstones that expire')
  return { kind: 'propose_rfc', slug: 'tombstone-expiry', pull, by: 'jonas', repo: meta }
}

function numberOf(world: World, repo: string, title: string): number {
  const pull = world
    .repo(repo)
    .pulls.values()
    .find((its) => its.title === title)
  if (!pull) throw new Error(`The example has no pull called ${title}.`)
  return pull.number
}

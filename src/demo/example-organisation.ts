import type { Action } from './example-application.ts'
import { documentText, draftOf, type ExampleEntry, entryText, examples, fileOf } from './example-entries.ts'
import type { World } from './world/world.ts'

/** Where the example is told: a fake's world, its calendar, and the application's pen. */
export type Scene = { world: World; pass: (days: number) => void; act: (action: Omit<Action, 'at'>) => void }

export const org = 'tidepool'
export const meta = `${org}/meta`
export const bot = 'rfc-bot'

/** Tells the organisation's past, some months of it, and gives the token of a user who may only read. */
export function tellPast(scene: Scene): string {
  const { world } = scene
  for (const name of ['mara', 'jonas', 'priya', 'tomas', 'wen', 'drew', 'sam', bot, 'reader']) world.user(name)
  world.organization(org, 'mara')
  world.createRepo(meta, { description: 'One file an RFC' })
  world.commit(meta, 'main', { 'README.md': '# The RFCs of Tidepool\n' }, { by: 'mara', message: 'Begin' })
  tellIdeas(scene)
  tellDocuments(scene)
  tellDrafts(scene)
  tellEdits(scene)
  world.deleteUser('drew')
  return world.token('reader', ['read:repository', 'read:organization', 'read:issue'])
}

/** Ideas come in by pulls: opened by people, or by the bot on somebody's behalf, which an action or a trailer tells. */
function tellIdeas(scene: Scene): void {
  const { world, act } = scene
  const { blobs, log, merge, peers } = examples
  accept(scene, propose(scene, blobs, { by: 'mara' }))
  const second = propose(scene, log, { by: bot })
  act({ kind: 'propose_rfc', slug: log.slug, pull: second, by: 'jonas', repo: meta })
  accept(scene, second)
  accept(scene, propose(scene, merge, { by: bot, body: 'What the train taught us.\n\nOn-behalf-of: Priya <priya>' }))
  accept(scene, propose(scene, peers, { by: 'drew' }))
  const ledger = propose(scene, { ...peers, slug: 'global-ledger', title: 'One ledger for everybody' }, { by: 'drew' })
  world.close(meta, ledger, { by: 'mara' })
  world.commit(meta, 'main', { [fileOf(peers)]: entryText(peers) }, { by: 'mara', message: 'Withdraw peer-discovery' })
}

/** Three RFCs have a repository of their own, and people work there. */
function tellDocuments(scene: Scene): void {
  const { world, act } = scene
  const { blobs, log, merge } = examples
  for (const entry of [blobs, log, merge]) graduate(scene, entry)
  world.merge(blobs.repo, work(scene, blobs, { branch: 'chunk-size', title: 'Cut chunks by content', by: 'mara' }))
  const garbage = work(scene, blobs, { branch: 'garbage-collection', title: 'When a blob may go', by: bot })
  act({ kind: 'open_branch_pr', slug: blobs.slug, pull: garbage, by: 'wen', repo: blobs.repo })
  const body = 'A year of it takes 40 MB.\n\nOn-behalf-of: Jonas <jonas>'
  const compaction = work(scene, log, { branch: 'compaction', title: 'Compact old entries', by: bot, body })
  world.merge(log.repo, compaction, { deleteBranch: true })
  world.fork(log.repo, 'sam')
  world.commit('sam/rfc-0002', 'typos', { 'RFC.md': `${documentText(log)}Mended.\n` }, { by: 'sam' })
  world.openPull(log.repo, 'sam:typos', { title: 'Mend some typos', by: 'sam' })
  work(scene, merge, { branch: 'three-way-text', title: 'Merge text in three ways', by: 'priya' })
  const skew = work(scene, merge, { branch: 'clock-skew', title: 'Never trust a clock', by: bot })
  act({ kind: 'open_branch_pr', slug: merge.slug, pull: skew, by: 'tomas', repo: merge.repo })
  world.close(merge.repo, skew)
}

function tellDrafts({ world, pass }: Scene): void {
  const { search, encryption, pairing, plugins, quotas, schemas } = examples
  for (const entry of [search, encryption, pairing, plugins, quotas, schemas]) {
    pass(2)
    world.commit(meta, 'main', { [fileOf(entry)]: entryText(entry) }, { by: 'mara', message: `Take in ${entry.slug}` })
  }
}

/** Pulls about the drafts: one claimed, one superseded by another, one withdrawn, two open. */
function tellEdits(scene: Scene): void {
  const { world, act } = scene
  const { search, encryption, plugins, quotas, schemas } = examples
  const claimed = { ...search, owners: ['priya', 'tomas'] }
  const claim = edit(scene, claimed, { branch: 'claim/search-index', title: 'Tomas joins the search index', by: bot })
  act({ kind: 'open_claim_pr', slug: search.slug, pull: claim, by: 'tomas', repo: meta })
  accept(scene, claim)
  const polite = { ...plugins, body: `${plugins.body} It asks politely, in words that people know.` }
  const long = edit(scene, polite, { branch: 'edit-plugin-sandbox-3f9a1c', title: 'Plugins ask politely', by: 'wen' })
  const short = { ...plugins, body: `${plugins.body} It asks politely.` }
  const body = `The same in fewer words.\n\nSupersedes: #${long}`
  accept(scene, edit(scene, short, { branch: 'edit-plugin-sandbox-77be02', title: 'Plugins ask', by: 'wen', body }))
  const tagged = { ...quotas, tags: ['storage'] }
  const tags = edit(scene, tagged, { branch: 'metadata-quota-messages-b41d09', title: 'Tag the quotas', by: bot })
  act({ kind: 'open_metadata_pr', slug: quotas.slug, pull: tags, by: 'tomas', repo: meta })
  world.close(meta, tags, { by: bot })
  act({ kind: 'withdraw_metadata_pr', slug: quotas.slug, pull: tags, by: 'tomas', repo: meta })
  const plain = { ...encryption, body: `${encryption.body} Not even titles.` }
  const relay = edit(scene, plain, {
    branch: 'edit-end-to-end-encryption-5c0a7e',
    title: 'What the relay sees',
    by: bot,
  })
  act({ kind: 'open_body_edit_pr', slug: encryption.slug, pull: relay, by: 'mara', repo: meta })
  propose(scene, { ...schemas, slug: 'tombstone-expiry', title: 'Tombstones that expire' }, { by: bot })
}

type Opened = { by: string; body?: string }
type OnBranch = Opened & { branch: string; title: string }

function propose({ world, pass }: Scene, entry: ExampleEntry, opened: Opened): number {
  pass(3)
  const branch = `propose/${entry.slug}`
  const files = { [fileOf(entry)]: entryText(draftOf(entry)) }
  world.commit(meta, branch, files, { by: opened.by, message: `Propose ${entry.slug}` })
  return world.openPull(meta, branch, { title: entry.title, ...opened })
}

function accept({ world, pass }: Scene, pull: number): void {
  pass(1)
  world.merge(meta, pull, { deleteBranch: true })
}

function edit({ world, pass }: Scene, entry: ExampleEntry, { branch, ...opened }: OnBranch): number {
  pass(3)
  world.commit(meta, branch, { [fileOf(entry)]: entryText(entry) }, { by: opened.by, message: opened.title })
  return world.openPull(meta, branch, opened)
}

function work({ world, pass }: Scene, entry: ExampleEntry & { repo: string }, { branch, ...opened }: OnBranch): number {
  pass(2)
  const text = `${documentText(entry)}\n## ${opened.title}\n\nTo be written.\n`
  world.commit(entry.repo, branch, { 'RFC.md': text }, { by: opened.by, message: opened.title })
  return world.openPull(entry.repo, branch, opened)
}

/** A draft becomes active: it gets its number and a repository with the document. */
export function graduate({ world, pass }: Scene, entry: ExampleEntry & { repo: string }): void {
  pass(1)
  world.createRepo(entry.repo)
  world.commit(entry.repo, 'main', { 'RFC.md': documentText(entry) }, { by: 'mara', message: `Open RFC-${entry.id}` })
  const files = { [fileOf(entry)]: entryText({ ...entry, state: 'active' }) }
  world.commit(meta, 'main', files, { by: 'mara', message: `Graduate ${entry.slug}` })
}

import { entryText } from '../support/entry-text.ts'
import type { Chance } from './chance.ts'
import { bodies, bot, logins, type Repository, type Upstream } from './upstream.ts'

/** A change upstream: it says what it did, or nothing where there was nothing to do it to. */
type Change = (up: Upstream, chance: Chance) => string | undefined

const people = ['alice', 'bob', 'rfc-bot'] as const
const states = ['active', 'super-draft', 'withdrawn', null] as const

/** What can happen upstream, by group; how often a group is drawn differs from history to history. */
export const changes = {
  entries: {
    'entry edited': editEntry,
    'entry reworded': rewordEntry,
    'entry edited and put back': putBack,
    'entry given a repository': giveRepo,
    'entry added': addEntry,
    'entry deleted': deleteEntry,
    'entry renamed': renameEntry,
    'entry copied': copyEntry,
    'entry broken': breakEntry,
    'entries moved by force': forceEntries,
  },
  branches: {
    'branch made': makeBranch,
    'branch pushed to': pushBranch,
    'branch deleted': deleteBranch,
    'branch moved by force': forceBranch,
    'branch renamed': renameBranch,
    'document changed': changeDocument,
    'default branch changed': changeDefault,
    'default branch renamed': renameDefault,
  },
  pulls: {
    'pull opened': openPull,
    'pull opened from a fork': openFork,
    'pull retitled': onPull('open', (up, chance, repo, number) =>
      up.world.retitle(name(repo), number, `Title ${chance.below(1000)}`),
    ),
    'pull rewritten': onPull('any', (up, chance, repo, number) =>
      up.world.rewrite(name(repo), number, chance.pick(bodies)?.text ?? ''),
    ),
    'pull rewritten by the bot': onPull('bot', (up, chance, repo, number) =>
      up.world.rewrite(name(repo), number, chance.pick(bodies.filter(({ text }) => text.includes(':')))?.text ?? ''),
    ),
    'pull rewritten to supersede': onPull('any', (up, chance, repo, number) =>
      up.world.rewrite(name(repo), number, chance.pick(bodies.filter(({ supersedes }) => supersedes[0]))?.text ?? ''),
    ),
    'pull commented on': onPull('any', (up, _, repo, number) => up.world.comment(name(repo), number, 'Hm.')),
    'pull closed': onPull('open', (up, _, repo, number) => up.world.close(name(repo), number)),
    'pull reopened': onPull('closed', (up, _, repo, number) => up.world.reopen(name(repo), number)),
    'pull merged': onPull('open', (up, chance, repo, number) =>
      up.world.merge(name(repo), number, { deleteBranch: chance.odds(0.5) }),
    ),
    'pull retargeted': onPull('open', retarget),
    'open pull deleted': onPull('open', (up, _, repo, number) => up.world.deletePull(name(repo), number)),
    'open pull replaced': replacePull,
    'closed pull deleted': onPull('closed', (up, _, repo, number) => up.world.deletePull(name(repo), number)),
  },
  repositories: {
    'repository made': (up, chance) => makeRepo(up, chance, `made-${chance.below(1000)}`),
    'repository renamed': renameRepo,
    'repository deleted': deleteRepo,
    'repository deleted and made anew': recreateRepo,
    'repository renamed and its name taken': takeName,
    'repositories swapped their names': swapNames,
    'repository shown or hidden': toggleRepo,
    'repository’s pulls turned off or on': togglePulls,
  },
} satisfies Record<string, Record<string, Change>>

/** The owner's repositories, in the order they were made. */
export function owned({ world }: Upstream): Repository[] {
  const meta = world.repo('rfcs/meta')
  return world.repositories().filter((repo) => repo.ownerId === meta.ownerId)
}

/** `rfcs/name`, for those of the owner. */
export function name(repo: Repository): string {
  return `rfcs/${repo.name}`
}

/** What an entry file or any other says, at the tip of a branch. */
export function filesIn(repo: Repository, commit: string | undefined, folder: string): Map<string, string> {
  const root = repo.objects.tree(repo.objects.commit(commit ?? '')?.tree ?? '')
  const tree = folder === '' ? root : repo.objects.tree(root?.get(folder)?.id ?? '')
  const files = [...(tree?.values() ?? [])].filter((entry) => entry.mode === '100644')
  return new Map(files.map((entry) => [folder === '' ? entry.name : `${folder}/${entry.name}`, entry.id]))
}

export function textOf(repo: Repository, blob: string): string {
  return repo.objects.blob(blob)?.toString() ?? ''
}

function meta({ world }: Upstream): Repository {
  return world.repo('rfcs/meta')
}

function tipOf(repo: Repository): string | undefined {
  return repo.refs.get(`refs/heads/${repo.defaultBranch}`)
}

function someRepo(up: Upstream, chance: Chance, withMeta = true): Repository | undefined {
  if (withMeta && chance.odds(0.4)) return meta(up)
  return chance.pick(owned(up).filter((repo) => repo.name !== 'meta' && !repo.empty))
}

function someEntry(up: Upstream, chance: Chance): { path: string; text: string } | undefined {
  const files = filesIn(meta(up), tipOf(meta(up)), 'rfcs')
  const path = chance.pick([...files.keys()])
  return path === undefined ? undefined : { path, text: textOf(meta(up), files.get(path) ?? '') }
}

function save(up: Upstream, chance: Chance, files: Record<string, string | null>): void {
  up.world.commit('rfcs/meta', meta(up).defaultBranch, files, { by: chance.one(people) })
}

function editEntry(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  save(up, chance, { [entry.path]: `${entry.text}Change ${chance.below(1000)}.\n` })
  return entry.path
}

function putBack(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  save(up, chance, { [entry.path]: `${entry.text}Not for long.\n` })
  save(up, chance, { [entry.path]: entry.text })
  return entry.path
}

function rewordEntry(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  const line = chance.odds(0.5)
    ? { title: `Title ${chance.below(1000)}` }
    : { state: chance.pick(states) ?? null, owners: `[a${chance.below(9)}]`, ...othersLines(chance.below(100)) }
  save(up, chance, { [entry.path]: withLines(entry.text, line) })
  return `${entry.path} ${JSON.stringify(line)}`
}

/** What else an author writes. */
function othersLines(some: number): Record<string, string> {
  const dates = { proposed_at: `2026-03-${10 + (some % 20)}`, graduated_at: `2026-04-${10 + (some % 20)}` }
  const people = { proposed_by: `p${some}`, graduated_by: `g${some}`, arbiters: `[b${some}]` }
  return { id: `RFC-${some}`, tags: `[t${some}, tag]`, ...people, ...dates }
}

function giveRepo(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  const repo = chance.pick([...owned(up).map(name), 'rfcs/never-was', 'else/where', null]) ?? null
  const lines = { repo, state: chance.one(['active', 'active', 'withdrawn', 'super-draft']) }
  save(up, chance, { [entry.path]: withLines(entry.text, lines) })
  return `${entry.path} ${JSON.stringify(lines)}`
}

function addEntry(up: Upstream, chance: Chance) {
  const slug = `added-${chance.below(100)}`
  save(up, chance, { [`rfcs/${slug}.md`]: entryText(slug, { state: chance.pick(states) ?? null }) })
  return slug
}

function deleteEntry(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  save(up, chance, { [entry.path]: null })
  return entry.path
}

function renameEntry(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  const slug = `renamed-${chance.below(100)}`
  save(up, chance, { [entry.path]: null, [`rfcs/${slug}.md`]: withLines(entry.text, { slug }) })
  return `${entry.path} to ${slug}`
}

function copyEntry(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  const copy = (word: string) => `rfcs/${word}-copy-${chance.below(100)}.md`
  const to = chance.one([[copy('aa')], [copy('zz')], [copy('aa'), copy('zz')]])
  const copies = Object.fromEntries(to.map((path) => [path, entry.text]))
  const isMoved = chance.odds(0.4)
  save(up, chance, isMoved ? { ...copies, [entry.path]: null } : copies)
  return `${entry.path} to ${to.join(' and ')}${isMoved ? ', and deleted' : ''}`
}

function breakEntry(up: Upstream, chance: Chance) {
  const entry = someEntry(up, chance)
  if (!entry) return undefined
  save(up, chance, { [entry.path]: chance.one(['Nothing.\n', '---\nslug: open\n', '---\ntitle: No slug\n---\n']) })
  return entry.path
}

/** Commits that are gone are those after one of the last few. */
function forceEntries(up: Upstream, chance: Chance) {
  const repo = meta(up)
  let tip = tipOf(repo)
  for (let back = chance.between(1, 3); back > 0; back--) tip = repo.objects.commit(tip ?? '')?.parents[0] ?? tip
  if (tip === undefined) return undefined
  const files = { [`notes/${chance.below(10_000)}.txt`]: 'instead\n' }
  up.world.push(
    name(repo),
    repo.defaultBranch,
    up.world.writeCommit(name(repo), repo.defaultBranch, files, { parents: [tip] }),
  )
  return `back to ${tip}`
}

function sideBranch(repo: Repository, chance: Chance): string | undefined {
  const names = [...repo.refs.keys()].flatMap((ref) => (ref.startsWith('refs/heads/') ? [ref.slice(11)] : []))
  return chance.pick(names.filter((one) => one !== repo.defaultBranch && one !== 'main'))
}

function newBranch(up: Upstream, repo: Repository, chance: Chance): string {
  if (repo.name !== 'meta') return chance.one([`topic-${chance.below(100)}`, `feature/${chance.below(100)}`])
  const slug = (someEntry(up, chance)?.path ?? 'rfcs/none.md').slice('rfcs/'.length, -'.md'.length)
  const hex = chance.below(0x1000000).toString(16).padStart(6, '0')
  return chance.one([
    `edit-${slug}-${hex}`,
    `edit/${slug}/${hex}`,
    `propose/idea-${chance.below(100)}`,
    `claim/${slug}`,
    `metadata-${slug}-${hex}`,
    `metadata/${slug}`,
    `other-${chance.below(100)}`,
  ])
}

function makeBranch(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  if (!repo) return undefined
  const branch = newBranch(up, repo, chance)
  if (repo.refs.has(`refs/heads/${branch}`)) return undefined
  if (chance.odds(0.5)) up.world.commit(name(repo), branch, someFile(up, repo, chance))
  else up.world.branch(name(repo), branch)
  return `${name(repo)} ${branch}`
}

function someFile(up: Upstream, repo: Repository, chance: Chance): Record<string, string> {
  const entry = repo.name === 'meta' && chance.odds(0.5) ? someEntry(up, chance) : undefined
  if (entry) return { [entry.path]: `${entry.text}On a branch, ${chance.below(1000)}.\n` }
  return { [`notes/${chance.below(10_000)}.txt`]: `${chance.below(1000)}\n` }
}

function pushBranch(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  const branch = repo && sideBranch(repo, chance)
  if (!repo || branch === undefined) return undefined
  up.world.commit(name(repo), branch, someFile(up, repo, chance), { by: chance.one(people) })
  return `${name(repo)} ${branch}`
}

function deleteBranch(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  const branch = repo && sideBranch(repo, chance)
  if (!repo || branch === undefined) return undefined
  up.world.deleteBranch(name(repo), branch)
  return `${name(repo)} ${branch}`
}

function forceBranch(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  if (!repo) return undefined
  const branch = chance.odds(0.3) ? repo.defaultBranch : sideBranch(repo, chance)
  const tip = tipOf(repo)
  if (branch === undefined || tip === undefined) return undefined
  const parents = chance.odds(0.5) ? (repo.objects.commit(tip)?.parents ?? []) : [tip]
  const commit = up.world.writeCommit(name(repo), branch, someFile(up, repo, chance), { parents })
  up.world.push(name(repo), branch, commit)
  return `${name(repo)} ${branch}`
}

function renameBranch(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  const branch = repo && sideBranch(repo, chance)
  if (!repo || branch === undefined) return undefined
  const to = newBranch(up, repo, chance)
  if (repo.refs.has(`refs/heads/${to}`)) return undefined
  up.world.renameBranch(name(repo), branch, to)
  return `${name(repo)} ${branch} to ${to}`
}

function changeDocument(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance, false)
  if (!repo) return undefined
  const text = chance.odds(0.8) ? `# Version ${chance.below(1000)}\r\n` : null
  up.world.commit(name(repo), repo.defaultBranch, { 'RFC.md': text })
  return `${name(repo)} ${text}`
}

function changeDefault(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  if (!repo) return undefined
  const to = repo.defaultBranch === 'main' ? 'trunk' : 'main'
  // Renamed, and back under the old name before anybody asked: that cannot be seen.
  if (to === 'main' && !repo.refs.has('refs/heads/main')) return undefined
  if (!repo.refs.has(`refs/heads/${to}`)) up.world.branch(name(repo), to)
  up.world.changeRepo(name(repo), { defaultBranch: to })
  return `${name(repo)} ${to}`
}

function renameDefault(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  if (repo?.defaultBranch !== 'main' || repo.refs.has('refs/heads/trunk')) return undefined
  up.world.renameBranch(name(repo), 'main', 'trunk')
  return name(repo)
}

function openPull(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  const branch = repo && sideBranch(repo, chance)
  if (!repo || branch === undefined) return undefined
  const by = chance.odds(0.6) ? 'rfc-bot' : chance.one(['alice', 'bob'])
  const number = attempt(() =>
    up.world.openPull(name(repo), branch, { by, title: `About ${branch}`, body: chance.pick(bodies)?.text ?? '' }),
  )
  return number === undefined ? undefined : `${name(repo)}#${number} from ${branch}`
}

function openFork(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  if (!repo || repo.private) return undefined
  const fork = `bob/${repo.name}`
  const branch = repo.name === 'meta' ? 'edit-three-abcdef' : `fork-${chance.below(100)}`
  const isPushed = attempt(() => {
    if (!up.world.repositories().some((one) => one.parentId === repo.id)) up.world.fork(name(repo), 'bob')
    up.world.commit(fork, branch, someFile(up, repo, chance), { by: 'bob' })
    return true
  })
  if (!isPushed) return undefined
  // There may be one from that branch, which has moved on then.
  const number = attempt(() => up.world.openPull(name(repo), `bob:${branch}`, { by: 'bob' }))
  return `${name(repo)}#${number ?? 'before'} from ${fork}`
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

function onPull(
  which: 'open' | 'closed' | 'bot' | 'any',
  act: (up: Upstream, chance: Chance, repo: Repository, number: number) => unknown,
): Change {
  return (up, chance) => {
    const repo = someRepo(up, chance)
    const pulls = [...(repo?.pulls.values() ?? [])].filter(
      ({ closed, posterId }) =>
        which === 'any' || (which === 'bot' ? logins[posterId] === bot : (which === 'open') === (closed === undefined)),
    )
    const pull = chance.pick(pulls)
    if (!repo || !pull || !repo.hasPulls) return undefined
    const said = attempt(() => act(up, chance, repo, pull.number) ?? 'done')
    return said === undefined ? undefined : `${name(repo)}#${pull.number}`
  }
}

/** The first one is deleted and another opened in one moment: as many are there as were, and who turns pages misses one. */
function replacePull(up: Upstream, chance: Chance) {
  const repo = chance.pick(owned(up).filter(({ pulls, hasPulls }) => hasPulls && pulls.size > 2))
  const first = [...(repo?.pulls.values() ?? [])].find(({ closed }) => closed === undefined)
  if (!repo || !first) return undefined
  up.world.deletePull(name(repo), first.number)
  const branch = sideBranch(repo, chance) ?? ''
  const number = attempt(() => up.world.openPull(name(repo), branch, { by: 'bob', body: '' }))
  return `${name(repo)}#${first.number} by ${number ?? 'none'}`
}

function retarget(up: Upstream, chance: Chance, repo: Repository, number: number): void {
  const to = chance.odds(0.5) ? repo.defaultBranch : (sideBranch(repo, chance) ?? repo.defaultBranch)
  if (to !== repo.pulls.get(number)?.head.branch) up.world.retarget(name(repo), number, to)
}

function makeRepo(up: Upstream, chance: Chance, short: string) {
  if (owned(up).some((repo) => repo.name === short)) return undefined
  up.world.createRepo(`rfcs/${short}`)
  if (chance.odds(0.7)) up.world.commit(`rfcs/${short}`, 'main', { 'RFC.md': `# ${short} ${chance.below(100)}\n` })
  return short
}

function ownRepo(up: Upstream, chance: Chance): Repository | undefined {
  return chance.pick(owned(up).filter((repo) => repo.name !== 'meta'))
}

function renameRepo(up: Upstream, chance: Chance) {
  const repo = ownRepo(up, chance)
  const to = chance.one(['moved', 'left', 'one', 'two'])
  if (!repo || owned(up).some((other) => other.name === to)) return undefined
  const from = name(repo)
  up.world.renameRepo(from, to)
  return `${from} to ${to}`
}

function deleteRepo(up: Upstream, chance: Chance) {
  const repo = ownRepo(up, chance)
  if (!repo) return undefined
  up.world.deleteRepo(name(repo))
  return name(repo)
}

function recreateRepo(up: Upstream, chance: Chance) {
  const repo = ownRepo(up, chance)
  if (!repo) return undefined
  up.world.deleteRepo(name(repo))
  makeRepo(up, chance, repo.name)
  const made = owned(up).find((other) => other.name === repo.name)
  if (made && !made.empty && chance.odds(0.5)) {
    up.world.commit(name(made), 'b1', { 'again.txt': 'again\n' })
    up.world.openPull(name(made), 'b1', { by: 'bob', body: '' })
  }
  return name(repo)
}

function takeName(up: Upstream, chance: Chance) {
  const repo = ownRepo(up, chance)
  const to = `left-${chance.below(1000)}`
  if (!repo || owned(up).some((other) => other.name === to)) return undefined
  const from = name(repo)
  up.world.renameRepo(from, to)
  makeRepo(up, chance, from.slice('rfcs/'.length))
  return from
}

function swapNames(up: Upstream, chance: Chance) {
  const [one, other] = owned(up).filter((repo) => repo.name !== 'meta')
  if (!one || !other) return undefined
  const names = [one.name, other.name] as const
  up.world.renameRepo(name(one), `aside-${chance.below(1000)}`)
  up.world.renameRepo(name(other), names[0])
  up.world.renameRepo(name(one), names[1])
  return names.join(' and ')
}

function toggleRepo(up: Upstream, chance: Chance) {
  const repo = chance.odds(0.1) ? meta(up) : ownRepo(up, chance)
  if (!repo) return undefined
  up.world.changeRepo(name(repo), { private: !repo.private })
  return `${name(repo)} ${repo.private ? 'hidden' : 'shown'}`
}

function togglePulls(up: Upstream, chance: Chance) {
  const repo = someRepo(up, chance)
  if (!repo) return undefined
  up.world.changeRepo(name(repo), { hasPulls: !repo.hasPulls })
  return `${name(repo)} ${repo.hasPulls ? 'on' : 'off'}`
}

function withLines(text: string, lines: Record<string, string | null>): string {
  const [, front, body] = /^---\n((?:(?!---\n).*\n)*)(---\n[\s\S]*)$/.exec(text) ?? []
  if (front === undefined) return entryText(lines.slug ?? 'mended', lines)
  const kept = front.split('\n').filter((line) => line !== '' && !(line.replace(/:.*/, '') in lines))
  const written = Object.entries(lines).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`]))
  return `---\n${[...kept, ...written].join('\n')}\n${body}`
}

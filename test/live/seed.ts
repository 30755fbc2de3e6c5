import { entryText } from '../support/entry-text.ts'
import { commitFiles } from './commit.ts'
import type { Organisation } from './organisation.ts'
import type { Person } from './site.ts'

/** More entries than are read one by one, and more pulls than one page holds. */
const entries = 66
const pages = 55

/** Fills an organisation with a bit of everything that the rules speak of: `meta`, RFCs with repositories, odd files, pulls of all kinds. */
export async function seedOrganisation(organisation: Organisation): Promise<void> {
  await makeRepo(organisation, 'meta', 'main', { 'README.md': '# RFCs\n' })
  await seedRepos(organisation)
  await seedEntries(organisation)
  await organisation.site.settle()
  await seedMetaPulls(organisation)
  await seedRfcPulls(organisation)
  await organisation.site.settle()
}

/** A repository with a first commit on its default branch; without files it stays empty. */
export async function makeRepo(
  { site, org }: Pick<Organisation, 'site' | 'org'>,
  name: string,
  branch: string,
  files: Record<string, string> | null,
  settings: { private?: boolean } = {},
): Promise<void> {
  const body = { name, default_branch: branch, auto_init: false, ...settings }
  await site.call('POST', `/orgs/${org}/repos`, { body })
  if (files) await commitFiles(site, `${org}/${name}`, branch, files)
}

async function seedRepos(made: Organisation): Promise<void> {
  await makeRepo(made, 'rfc-00', 'main', { 'RFC.md': '# RFC 0\n', 'notes.txt': 'n\n' })
  await makeRepo(made, 'rfc-01', 'trunk', { 'RFC.md': '\ufeff# RFC 1\r\n\r\nWith a BOM and CRLF.\r\n' })
  await makeRepo(made, 'rfc-02', 'main', { 'README.md': 'Without a document.\n' })
  await makeRepo(made, 'rfc-03', 'main', null)
  await makeRepo(made, 'rfc-04', 'main', { 'RFC.md': '# Private\n' }, { private: true })
  await makeRepo(made, 'rfc-05', 'main', { 'RFC.md': '# Withdrawn\n' })
  await makeRepo(made, 'spare', 'main', { 'RFC.md': '# Nobody’s yet\n' })
}

/** `rfc-NN`; the first six have repositories. Four commits, so that the entries' dates differ, in other zones than UTC. */
async function seedEntries({ site, org, people }: Organisation): Promise<void> {
  const slugs = Array.from({ length: entries }, (_, at) => `rfc-${String(at).padStart(2, '0')}`)
  const texts = Object.fromEntries(
    slugs.map((slug, at) => {
      const own = at < 6 ? { state: at === 5 ? 'withdrawn' : 'active', repo: `${org}/${slug}` } : {}
      return [
        `rfcs/${slug}.md`,
        entryText(slug, { id: `RFC-${at}`, owners: '[alice, bob]', proposed_at: '2026-05-24', ...own }),
      ]
    }),
  )
  const odd = {
    'rfcs/README.md': entryText('readme'),
    'rfcs/_template.md': entryText('template'),
    'rfcs/other-name.md': entryText('misnamed'),
    'rfcs/twice-a.md': entryText('twice'),
    'rfcs/twice-b.md': entryText('twice'),
    'rfcs/broken.md': 'No front matter.\n',
    'rfcs/with space.md': entryText('with-space'),
    'rfcs/a[1]*.md': entryText('glob-chars'),
    'rfcs/ünï#%41+&.md': entryText('unicode-name', {}, 'Ünïcode 日本\n'),
    'rfcs/outside.md': entryText('outside', { state: 'active', repo: 'elsewhere/rfc-00' }),
    'rfcs/is-meta.md': entryText('is-meta', { state: 'active', repo: `${org}/meta` }),
    'rfcs/second-claim.md': entryText('second-claim', { state: 'active', repo: `${org}/RFC-00` }),
    'rfcs/sub/inner.md': entryText('inner'),
  }
  const parts = [...chunks(Object.entries(texts), 30), Object.entries(odd)]
  for (const [at, files] of parts.entries()) {
    const dates = { author: `2024-0${at + 1}-10T23:30:00+05:30`, committer: `2024-0${at + 1}-11T20:15:00-08:00` }
    await commitFiles(site, `${org}/meta`, 'main', Object.fromEntries(files), { by: people.alice, dates })
  }
}

async function seedMetaPulls(made: Organisation): Promise<void> {
  const { site, org, people } = made
  const meta = `${org}/meta`
  const open = (branch: string, by: Person, body = '') => openFrom(made, meta, branch, 'main', { by, body })
  await open('propose/newcomer', people.bot, 'A pitch.\n\nOn-behalf-of: Alice <alice>\n')
  const edited = await open('edit-rfc-07-0a1b2c', people.bot, 'No trailer.')
  await open('edit/rfc-08/wording', people.alice, 'By hand.\n\nOn-behalf-of: Mallory <mallory>')
  const claim = await open('claim/rfc-09', people.bot, '> On-behalf-of: Quoted <quoted>\n\nOn-behalf-of: Bob <bob>')
  await site.call('PUT', `/repos/${meta}/collaborators/${people.leaver.login}`, { body: { permission: 'write' } })
  await open('metadata-rfc-10-00ff00', people.leaver)
  await open('edit-rfc-11-GGGGGG', people.alice)
  await site.call('POST', `/repos/${meta}/pulls/${edited}/merge`, { body: { Do: 'merge' } })
  await site.call('DELETE', `/repos/${meta}/branches/edit-rfc-07-0a1b2c`)
  await site.call('PATCH', `/repos/${meta}/pulls/${claim}`, { body: { state: 'closed' } })
  await site.call('DELETE', `/admin/users/${people.leaver.login}`)
}

/** More than one page in rfc-00, with superseding ones; a fork's pull in rfc-01. */
async function seedRfcPulls(made: Organisation): Promise<void> {
  const { site, org, people } = made
  for (let at = 1; at <= pages; at++) {
    const body = at === 9 ? 'Better.\n\nSupersedes: #7\nSupersedes: #8\n' : `Topic ${at}.`
    await openFrom(made, `${org}/rfc-00`, `topic-${at}`, 'main', { by: at % 2 ? people.alice : people.bot, body })
  }
  await site.settle()
  await site.call('POST', `/repos/${org}/rfc-00/pulls/9/merge`, {
    body: { Do: 'squash', delete_branch_after_merge: true },
  })
  await site.call('PATCH', `/repos/${org}/rfc-00/pulls/3`, { body: { state: 'closed' } })
  await openFork(made, `${org}/rfc-01`, 'trunk')
}

/** A pull by the outsider, from a fork. */
async function openFork({ site, people }: Organisation, repo: string, base: string): Promise<void> {
  const by = people.outsider
  const fork = await site.call<{ full_name: string }>('POST', `/repos/${repo}/forks`, { by, body: {} })
  await site.settle()
  await commitFiles(site, fork.full_name, base, { 'fork.txt': 'fork\n' }, { by, newBranch: 'mine' })
  await site.settle()
  const body = { head: `${by.login}:mine`, base, title: 'From a fork', body: 'On-behalf-of: Somebody <somebody>' }
  await site.call('POST', `/repos/${repo}/pulls`, { by, body })
}

type Opened = { by: Person; title?: string; body: string }

/** A new branch with a commit of its own, and a pull from it; gives the pull's number. */
export async function openFrom(
  { site }: Organisation,
  repo: string,
  branch: string,
  base: string,
  { by, title = `About ${branch}`, body }: Opened,
): Promise<number> {
  await commitFiles(site, repo, base, { [`notes/${branch}.txt`]: `${branch}\n` }, { by, newBranch: branch })
  const said = { head: branch, base, title, body }
  return (await site.call<{ number: number }>('POST', `/repos/${repo}/pulls`, { by, body: said })).number
}

function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

import type { Asked } from './fake.ts'
import { fieldsOf } from './fields.ts'

type AskOptions = { method?: string; token?: string; authorization?: string; body?: unknown }

/** A server that can be asked, and whose queues can be waited for: a fake, or a real one. */
export type Server = { ask: (path: string, options?: AskOptions) => Promise<Asked>; settle: () => Promise<void> }

/** What a step of the scenario showed: the answer's status, header names and fields, and what moved. */
export type Seen = {
  step: string
  status: number
  headers: string[]
  fields: string[]
  moved?: string[]
  values?: unknown
}

const transport = new Set(['content-length', 'transfer-encoding', 'date', 'connection', 'keep-alive', 'set-cookie'])

/** Tells a server one long story as its administrator, in an organisation of its own, and writes down what it shows. */
export async function tellScenario({ ask, settle }: Server, org: string, admin: string): Promise<Seen[]> {
  const seen: Seen[] = []
  const auth = { authorization: `Basic ${Buffer.from(admin).toString('base64')}` }
  const root = admin.slice(0, admin.indexOf(':'))
  const repo = `/repos/${org}/meta`

  async function call(
    step: string,
    method: string,
    path: string,
    body?: unknown,
    options: AskOptions = auth,
  ): Promise<Asked> {
    const answer = await ask(path, { ...options, method, ...(body === undefined ? {} : { body }) })
    const headers = Object.keys(answer.headers)
      .filter((name) => !transport.has(name))
      .sort()
    seen.push({ step, status: answer.status, headers, fields: [...fieldsOf(answer.json)].sort() })
    return answer
  }
  const look = (step: string, path: string, options: AskOptions = auth) => call(step, 'GET', path, undefined, options)
  const value = (step: string, values: unknown) => void seen.push({ step, status: 0, headers: [], fields: [], values })

  /** Does something, waits, and writes down which times and refs moved by it. */
  async function moves(step: string, act: () => Promise<Asked>): Promise<Asked> {
    const before = await watched()
    await settle()
    const answer = await act()
    await settle()
    const after = await watched()
    const keys = new Set([...before.keys(), ...after.keys()])
    const moved = [...keys].filter((key) => before.get(key) !== after.get(key)).sort()
    seen.push({ step: `${step}: moves`, status: answer.status, headers: [], fields: [], moved })
    return answer
  }

  async function watched(): Promise<Map<string, string>> {
    const marks = new Map<string, string>()
    for (const item of list((await ask(`/repos/search?uid=${uid}&exclusive=true`, auth)).json, 'data')) {
      marks.set(`repo ${item.id === metaId ? 'meta' : item.name}`, String(item.updated_at))
      marks.set(`open pulls of ${item.id === metaId ? 'meta' : item.name}`, String(item.open_pr_counter))
      marks.set(`default branch of ${item.id === metaId ? 'meta' : item.name}`, String(item.default_branch))
    }
    const pulls = await ask(`/repos/issues/search?type=pulls&state=all&owner=${org}&limit=50`, auth)
    for (const item of list(pulls.json)) {
      marks.set(`pull ${item.number}`, String(item.updated_at))
      marks.set(`pull ${item.number} state`, `${item.state} ${item.closed_at === null ? '' : 'closed'}`)
    }
    for (const item of list((await ask(`${repo}/git/refs`, auth)).json))
      marks.set(String(item.ref), JSON.stringify(item.object?.sha))
    return marks
  }

  const makeOrg = await call('organisation made', 'POST', '/orgs', { username: org })
  const uid = field(makeOrg.json, 'id')
  const made = await call('repository made', 'POST', `/orgs/${org}/repos`, {
    name: 'meta',
    auto_init: false,
    default_branch: 'main',
  })
  const metaId = field(made.json, 'id')
  await call('repository made again', 'POST', `/orgs/${org}/repos`, { name: 'meta' })

  await look('empty: repository', repo)
  await look('empty: refs', `${repo}/git/refs`)
  await look('empty: tree', `${repo}/git/trees/main`)
  await look('empty: branches', `${repo}/branches`)
  await look('empty: a branch', `${repo}/branches/main`)
  await look('empty: pulls', `${repo}/pulls?state=all`)
  await look('empty: pulls as issues', `${repo}/issues?type=pulls&state=all`)
  await look('empty: archive', `${repo}/archive/main.tar.gz`)
  await look('empty: commits', `${repo}/commits`)
  await look('empty: a commit', `${repo}/git/commits/main`)
  await look('empty: contents of the root', `${repo}/contents`)
  await look('empty: contents', `${repo}/contents/rfcs`)
  await look('empty: raw', `${repo}/raw/rfcs/a.md?ref=main`)
  await look('empty: file-contents', `${repo}/file-contents?body=${encodeURIComponent('{"files":["a"]}')}`)

  const text = (words: string) => Buffer.from(words).toString('base64')
  const file = await moves('first file', () =>
    call('first file', 'POST', `${repo}/contents/rfcs/a.md`, { content: text('a'), message: 'Add a', branch: 'main' }),
  )
  await moves('file on main', () =>
    call('file on main', 'POST', `${repo}/contents/rfcs/b%5B1%5D.md`, { content: text('b'), message: 'Add b' }),
  )
  await call('file that exists', 'POST', `${repo}/contents/rfcs/a.md`, { content: text('a'), message: 'Add a' })
  await call('file with a wrong sha', 'PUT', `${repo}/contents/rfcs/a.md`, {
    content: text('a2'),
    message: 'a',
    sha: '0'.repeat(40),
  })
  await call('file on an absent branch', 'POST', `${repo}/contents/x.md`, {
    content: text('x'),
    message: 'x',
    branch: 'absent',
  })
  const sha = field(field(file.json, 'content'), 'sha')
  await moves('file changed', () =>
    call('file changed', 'PUT', `${repo}/contents/rfcs/a.md`, { content: text('a2'), message: 'Change a', sha }),
  )
  await moves('several files', () =>
    call('several files', 'POST', `${repo}/contents`, {
      message: 'Two',
      files: [
        { operation: 'create', path: 'one.md', content: text('1') },
        { operation: 'create', path: 'deep/er/two.md', content: text('2') },
      ],
    }),
  )
  const one = await look('one file', `${repo}/contents/one.md`)
  await moves('file deleted', () =>
    call('file deleted', 'DELETE', `${repo}/contents/one.md`, { sha: field(one.json, 'sha'), message: 'Gone' }),
  )

  await look('contents of the root', `${repo}/contents`)
  await look('contents of a directory', `${repo}/contents/rfcs?ref=main`)
  await look('contents at an absent ref', `${repo}/contents/rfcs?ref=absent`)
  await look('contents at an absent commit', `${repo}/contents/rfcs?ref=${'1'.repeat(40)}`)
  await look('raw of an absent file', `${repo}/raw/absent.md?ref=main`)
  await look('raw', `${repo}/raw/rfcs/a.md?ref=main`)
  await look('raw at an absent ref', `${repo}/raw/rfcs/a.md?ref=absent`)
  await look('archive', `${repo}/archive/main.tar.gz`)
  await look('archive of an absent branch', `${repo}/archive/absent.tar.gz`)
  await look('tree of an absent branch', `${repo}/git/trees/absent`)
  await look('tree, page 2', `${repo}/git/trees/main?recursive=true&per_page=3&page=2`)
  await look('tree, last page', `${repo}/git/trees/main?recursive=true&per_page=4&page=2`)
  await look('tree, page past the end', `${repo}/git/trees/main?recursive=true&per_page=3&page=9`)
  const pages = await Promise.all(
    [1, 2, 3].map(
      async (page) => (await ask(`${repo}/git/trees/main?recursive=true&per_page=2&page=${page}`, auth)).json,
    ),
  )
  value(
    'truncated by page',
    pages.map((page) => [field(page, 'truncated'), field(page, 'total_count'), field(page, 'page')]),
  )
  await look('tree, not recursive', `${repo}/git/trees/main`)
  await look('blob that is none', `${repo}/git/blobs/${'1'.repeat(40)}`)
  await look('blob', `${repo}/git/blobs/${sha}`)
  await look('refs, prefix', `${repo}/git/refs/heads/ma`)
  await look('refs, one', `${repo}/git/refs/heads/main`)
  await look('refs, none', `${repo}/git/refs/heads/absent`)
  await look('a commit', `${repo}/git/commits/main`)
  await look('an absent commit', `${repo}/git/commits/${'1'.repeat(40)}`)
  await look('a commit that is no name', `${repo}/git/commits/absent`)
  await look('commits', `${repo}/commits?limit=2`)
  await look('commits, page 2', `${repo}/commits?limit=2&page=2`)
  await look('commits of a path', `${repo}/commits?path=rfcs/a.md&limit=1&stat=false&verification=false&files=false`)
  await look('commits of a path with a glob', `${repo}/commits?path=${encodeURIComponent('rfcs/b[1].md')}`)
  await look('commits of a literal path', `${repo}/commits?path=${encodeURIComponent(':(literal)rfcs/b[1].md')}`)
  await look('commits of an absent path', `${repo}/commits?path=absent`)
  await look('commits of an absent sha', `${repo}/commits?sha=${'1'.repeat(40)}`)
  await look('commits of a path at an absent sha', `${repo}/commits?path=rfcs/a.md&sha=${'1'.repeat(40)}`)
  await look(
    'file-contents',
    `${repo}/file-contents?ref=main&body=${encodeURIComponent('{"files":["rfcs/a.md","absent","rfcs"]}')}`,
  )
  await look('file-contents without a body', `${repo}/file-contents?ref=main`)
  await look(
    'file-contents at an absent ref',
    `${repo}/file-contents?ref=absent&body=${encodeURIComponent('{"files":["a"]}')}`,
  )

  await moves('branch made', () => call('branch made', 'POST', `${repo}/branches`, { new_branch_name: 'propose/b' }))
  await call('branch made again', 'POST', `${repo}/branches`, { new_branch_name: 'propose/b' })
  await call('branch from an absent one', 'POST', `${repo}/branches`, {
    new_branch_name: 'x',
    old_branch_name: 'absent',
  })
  await look('branches', `${repo}/branches`)
  await look('branches, a page of one', `${repo}/branches?limit=1`)
  await look('branches, the second page of one', `${repo}/branches?limit=1&page=2`)
  await look('a branch with a slash', `${repo}/branches/propose/b`)
  await look('a branch with an encoded slash', `${repo}/branches/propose%2Fb`)
  await look('an absent branch', `${repo}/branches/absent`)
  await moves('file on a branch', () =>
    call('file on a branch', 'POST', `${repo}/contents/rfcs/n.md`, {
      content: text('n'),
      message: 'n',
      branch: 'propose/b',
    }),
  )
  await moves('file on a new branch', () =>
    call('file on a new branch', 'POST', `${repo}/contents/rfcs/m.md`, {
      content: text('m'),
      message: 'm',
      branch: 'main',
      new_branch: 'edit-a-0123ab',
    }),
  )

  await call('pull of nothing', 'POST', `${repo}/pulls`, { head: 'main', base: 'main', title: 'x' })
  await call('pull of an absent branch', 'POST', `${repo}/pulls`, { head: 'absent', base: 'main', title: 'x' })
  await call('pull without a title', 'POST', `${repo}/pulls`, { head: 'propose/b', base: 'main' })
  await moves('pull opened', () =>
    call('pull opened', 'POST', `${repo}/pulls`, {
      head: 'propose/b',
      base: 'main',
      title: 'Propose b',
      body: 'a\r\nb',
    }),
  )
  await call('pull opened again', 'POST', `${repo}/pulls`, { head: 'propose/b', base: 'main', title: 'Propose b' })
  await moves('pull retitled', () => call('pull retitled', 'PATCH', `${repo}/pulls/1`, { title: 'Propose: b' }))
  await moves('pull body changed', () => call('pull body changed', 'PATCH', `${repo}/pulls/1`, { body: 'new' }))
  await moves('pull title set to itself', () =>
    call('pull title set to itself', 'PATCH', `${repo}/pulls/1`, { title: 'Propose: b' }),
  )
  await moves('pull patched with nothing', () => call('pull patched with nothing', 'PATCH', `${repo}/pulls/1`, {}))
  await moves('pull left as it is', () =>
    call('pull left as it is', 'PATCH', `${repo}/pulls/1`, { title: 'Propose: b', body: 'new' }),
  )
  await moves('pull body emptied', () => call('pull body emptied', 'PATCH', `${repo}/pulls/1`, { body: '' }))
  const comment = await moves('pull commented', () =>
    call('pull commented', 'POST', `${repo}/issues/1/comments`, { body: 'Nice' }),
  )
  await moves('comment edited', () =>
    call('comment edited', 'PATCH', `${repo}/issues/comments/${field(comment.json, 'id')}`, { body: 'Nicer' }),
  )
  await look('comments', `${repo}/issues/1/comments`)
  const label = await call('label made', 'POST', `${repo}/labels`, { name: 'idea', color: '#ff0000' })
  await moves('pull labelled', () =>
    call('pull labelled', 'POST', `${repo}/issues/1/labels`, { labels: [field(label.json, 'id')] }),
  )
  await moves('commit to head', () =>
    call('commit to head', 'POST', `${repo}/contents/rfcs/n2.md`, {
      content: text('n2'),
      message: 'n2',
      branch: 'propose/b',
    }),
  )
  await moves('commit to base', () =>
    call('commit to base', 'POST', `${repo}/contents/base.md`, { content: text('base'), message: 'base' }),
  )
  await moves('pull closed', () => call('pull closed', 'PATCH', `${repo}/pulls/1`, { state: 'closed' }))
  await moves('commit to a closed pull', () =>
    call('commit to a closed pull', 'POST', `${repo}/contents/rfcs/n3.md`, {
      content: text('n3'),
      message: 'n3',
      branch: 'propose/b',
    }),
  )
  const closedHeads = async () => {
    const single = (await ask(`${repo}/pulls/1`, auth)).json
    const listed = list((await ask(`${repo}/pulls?state=all`, auth)).json).find((item) => item.number === 1)
    const branch = field(field((await ask(`${repo}/branches/propose/b`, auth)).json, 'commit'), 'id')
    return [single, listed].map((pull) => field(field(pull, 'head'), 'sha') === branch)
  }
  value('whether single and listed closed pulls follow their branch', await closedHeads())
  await moves('pull reopened', () => call('pull reopened', 'PATCH', `${repo}/pulls/1`, { state: 'open' }))
  value('whether they do once reopened', await closedHeads())
  await call('pull state unknown', 'PATCH', `${repo}/pulls/1`, { state: 'limbo' })
  await moves('branch for retargeting', () =>
    call('branch for retargeting', 'POST', `${repo}/branches`, { new_branch_name: 'claim/a' }),
  )
  await moves('pull retargeted', () => call('pull retargeted', 'PATCH', `${repo}/pulls/1`, { base: 'claim/a' }))
  await call('pull retargeted to an absent branch', 'PATCH', `${repo}/pulls/1`, { base: 'absent' })
  await moves('branch renamed', () => call('branch renamed', 'PATCH', `${repo}/branches/claim/a`, { name: 'claim/z' }))
  await moves('base branch deleted', () => call('base branch deleted', 'DELETE', `${repo}/branches/claim/z`))
  const base = field((await look('pull after its base went', `${repo}/pulls/1`)).json, 'base')
  value('base after it went', [field(base, 'ref'), field(base, 'sha') === ''])

  await moves('second pull opened', () =>
    call('second pull opened', 'POST', `${repo}/pulls`, { head: 'edit-a-0123ab', base: 'main', title: 'Edit a' }),
  )
  await moves('merged', () => call('merged', 'POST', `${repo}/pulls/2/merge`, { Do: 'merge' }))
  await call('merged again', 'POST', `${repo}/pulls/2/merge`, { Do: 'merge' })
  await call('merged pull reopened', 'PATCH', `${repo}/pulls/2`, { state: 'open' })
  await look('pull merged', `${repo}/pulls/2`)
  await look('pulls', `${repo}/pulls?state=all&sort=oldest`)
  await look('pulls, one a page', `${repo}/pulls?state=all&sort=recentupdate&limit=1`)
  await look('pulls, open', `${repo}/pulls?state=open`)
  await look('an absent pull', `${repo}/pulls/99`)
  await look('a pull that is no number', `${repo}/pulls/abc`)
  await moves('merged branch deleted', () => call('merged branch deleted', 'DELETE', `${repo}/branches/edit-a-0123ab`))
  await moves('third pull', () =>
    call('third pull', 'POST', `${repo}/contents/c.md`, { content: text('c'), message: 'c', new_branch: 'propose/c' }),
  )
  await moves('third pull opened', () =>
    call('third pull opened', 'POST', `${repo}/pulls`, { head: 'propose/c', base: 'main', title: 'WIP: c' }),
  )
  await call('draft merged', 'POST', `${repo}/pulls/3/merge`, { Do: 'merge' })
  await moves('open head deleted', () => call('open head deleted', 'DELETE', `${repo}/branches/propose/c`))
  await call('reopened without a branch', 'PATCH', `${repo}/pulls/3`, { state: 'open' })
  await look('pull without a branch', `${repo}/pulls/3`)
  await settle()
  await moves('closed again', () => call('closed again', 'PATCH', `${repo}/pulls/3`, { state: 'closed' }))
  await call('default branch deleted', 'DELETE', `${repo}/branches/main`)
  await call('absent branch deleted', 'DELETE', `${repo}/branches/absent`)
  await moves('pull deleted', () => call('pull deleted', 'DELETE', `${repo}/issues/3`))
  await call('absent pull deleted', 'DELETE', `${repo}/issues/3`)

  await call('user made', 'POST', '/admin/users', {
    username: `${org}-u`,
    email: `${org}-u@example.org`,
    password: 'passw0rd!x',
    must_change_password: false,
  })
  const user = { authorization: `Basic ${Buffer.from(`${org}-u:passw0rd!x`).toString('base64')}` }
  await call('fork', 'POST', `${repo}/forks`, {}, user)
  await call('fork again', 'POST', `${repo}/forks`, {}, user)
  await settle()
  const fork = `/repos/${org}-u/meta`
  await call(
    'file in the fork',
    'POST',
    `${fork}/contents/f.md`,
    { content: text('f'), message: 'f', new_branch: 'mine' },
    user,
  )
  await settle()
  await moves('pull from the fork', () =>
    call('pull from the fork', 'POST', `${repo}/pulls`, { head: `${org}-u:mine`, base: 'main', title: 'Fork' }, user),
  )
  await moves('commit to the fork', () =>
    call(
      'commit to the fork',
      'POST',
      `${fork}/contents/g.md`,
      { content: text('g'), message: 'g', branch: 'mine' },
      user,
    ),
  )
  await call('stranger edits', 'PATCH', repo, { description: 'x' }, user)
  await call('stranger writes', 'POST', `${repo}/contents/z.md`, { content: text('z'), message: 'z' }, user)
  await call('stranger deletes', 'DELETE', repo, undefined, user)
  await look('stranger lists hooks', `/orgs/${org}/hooks`, user)
  await moves('fork deleted', () => call('fork deleted', 'DELETE', fork, undefined, user))
  const orphan = await look('pull of a deleted fork', `${repo}/pulls/4`)
  value('state of a deleted fork', [field(orphan.json, 'state')])
  value('head of a deleted fork', [
    field(field(orphan.json, 'head'), 'repo_id'),
    field(field(orphan.json, 'head'), 'label'),
    field(field(orphan.json, 'head'), 'ref'),
  ])

  await call(
    'token without a password',
    'POST',
    `/users/${org}-u/tokens`,
    { name: 'a', scopes: ['read:repository'] },
    {},
  )
  const token = await call(
    'token',
    'POST',
    `/users/${org}-u/tokens`,
    { name: 'b', scopes: ['read:repository', 'read:issue', 'read:organization'] },
    user,
  )
  await call(
    'token of the same name',
    'POST',
    `/users/${org}-u/tokens`,
    { name: 'b', scopes: ['read:repository'] },
    user,
  )
  const weak = await call('token without scopes', 'POST', `/users/${org}-u/tokens`, { name: 'c' }, user)
  const reader = { token: String(field(token.json, 'sha1')) }
  for (const path of [
    '/version',
    '/settings/api',
    '/user',
    `/users/${root}`,
    `/orgs/${org}`,
    `/orgs/${org}/repos`,
    repo,
    `${repo}/pulls`,
    `${repo}/issues?type=pulls&state=all`,
    `/repos/issues/search?type=pulls&state=all&owner=${org}`,
    `/repositories/${metaId}`,
    `/orgs/${org}/hooks`,
  ]) {
    await look(`reader: ${path.replaceAll(org, 'ORG').replace(/\d+$/, 'ID')}`, path, reader)
  }
  await call('reader writes', 'PATCH', repo, { description: 'x' }, reader)
  if (field(weak.json, 'sha1')) {
    await look('weak token', repo, { token: String(field(weak.json, 'sha1')) })
    await look('weak token, version', '/version', { token: String(field(weak.json, 'sha1')) })
  }
  await look('bad token', repo, { token: 'bad' })
  await look('bad token, version', '/version', { token: 'bad' })
  await look('bad token, unknown route', '/nowhere', { token: 'bad' })
  await look('wrong password', repo, { authorization: `Basic ${Buffer.from(`${root}:wrong`).toString('base64')}` })
  await look('nobody', repo, {})
  await look('nobody, /user', '/user', {})
  await look('nobody, hooks', `/orgs/${org}/hooks`, {})
  await look('unknown route', '/nowhere')
  await look('outside the api', '/repos')
  await call('unknown method', 'PUT', repo)
  await call('head', 'HEAD', repo)
  await look('absent repository', `/repos/${org}/absent`)
  await look('absent repository by id', '/repositories/999999')
  await look('absent owner', '/repos/nobody-here/absent')
  await look('absent organisation', '/orgs/nobody-here')
  await look('absent organisation, repositories', '/orgs/nobody-here/repos')
  await look('absent user', '/users/nobody-here')
  await look('search, unknown uid', '/repos/search?uid=999999&exclusive=true')
  await look('issues of an unknown owner', '/repos/issues/search?type=pulls&state=all&owner=nobody-here')
  await look('issues since a bad time', `/repos/issues/search?type=pulls&state=all&owner=${org}&since=yesterday`)
  await look(
    'issues since long',
    `/repos/issues/search?type=pulls&state=all&owner=${org}&since=2020-01-01T00:00:00Z&limit=1`,
  )
  await look('issues, no state said', `/repos/issues/search?type=pulls&owner=${org}`)

  await hookSteps()
  await moves('description changed', () => call('description changed', 'PATCH', repo, { description: 'words' }))
  await moves('made private', () => call('made private', 'PATCH', repo, { private: true }))
  await look('private, to a stranger', repo, user)
  await look('private, to nobody', repo, {})
  await look('private, by id, to a stranger', `/repositories/${metaId}`, user)
  await call('made public', 'PATCH', repo, { private: false })
  await moves('pulls switched off', () => call('pulls switched off', 'PATCH', repo, { has_pull_requests: false }))
  await look('pulls off: pulls', `${repo}/pulls`)
  await look('pulls off: one pull', `${repo}/pulls/1`)
  await look('pulls off: as issues', `${repo}/issues?type=pulls&state=all`)
  await look('pulls off: search', `/repos/issues/search?type=pulls&state=all&owner=${org}`)
  await call('pulls switched on', 'PATCH', repo, { has_pull_requests: true })
  await call('default branch absent', 'PATCH', repo, { default_branch: 'absent' })
  await moves('default branch changed', () =>
    call('default branch changed', 'PATCH', repo, { default_branch: 'propose/b' }),
  )
  await moves('renamed', () => call('renamed', 'PATCH', repo, { name: 'meta2' }))
  const old = await look('old name', repo)
  value('old name', [old.headers.location?.replaceAll(org, 'ORG'), old.text.replaceAll(org, 'ORG')])
  const deeper = await look('old name, deeper', `${repo}/git/refs/heads/main?x=1`)
  value('old name, deeper', deeper.headers.location?.replaceAll(org, 'ORG'))
  await call('old name, written to', 'PATCH', repo, { description: 'x' })
  await call('handed over', 'POST', `/repos/${org}/meta2/transfer`, { new_owner: root })
  await look('after handing over', `/repos/${org}/meta2`)
  await look('by id', `/repositories/${metaId}`)
  await call('user deleted', 'DELETE', `/admin/users/${org}-u`)
  const ghost = await look('pull of a deleted user', `/repos/${root}/meta2/pulls/4`)
  value('ghost', [field(field(ghost.json, 'user'), 'id'), field(field(ghost.json, 'user'), 'login')])
  await call('repository deleted', 'DELETE', `/repos/${root}/meta2`)
  await look('deleted repository', `/repos/${root}/meta2`)
  await look('deleted repository under its old name', repo)
  await call('organisation deleted', 'DELETE', `/orgs/${org}`)
  return seen

  async function hookSteps(): Promise<void> {
    const config = { url: 'http://127.0.0.1:9/hook', content_type: 'json', secret: 'geheim' }
    const events = ['push', 'create', 'delete', 'repository', 'pull_request', 'nonsense']
    const hooks = `/orgs/${org}/hooks`
    const first = await call('hook', 'POST', hooks, {
      type: 'gitea',
      active: true,
      events,
      config,
      branch_filter: 'main',
    })
    value('hook', hookValues(first.json))
    await call('hook again', 'POST', hooks, { type: 'gitea', active: true, events, config })
    value(
      'hook without events',
      hookValues((await call('hook without events', 'POST', hooks, { type: 'gitea', config, events: [] })).json),
    )
    await call('hook of an unknown type', 'POST', hooks, { type: 'pigeon', config })
    await call('hook without a url', 'POST', hooks, { type: 'gitea', config: { content_type: 'json' } })
    await call('hook with a bad url', 'POST', hooks, { type: 'gitea', config: { ...config, url: 'no url' } })
    await call('hook with a bad content type', 'POST', hooks, {
      type: 'gitea',
      config: { ...config, content_type: 'xml' },
    })
    const id = field(first.json, 'id')
    value(
      'hook changed',
      hookValues(
        (await call('hook changed', 'PATCH', `${hooks}/${id}`, { config: { secret: 'other' }, active: false })).json,
      ),
    )
    await look('hooks', hooks)
    await look('a hook', `${hooks}/${id}`)
    await look('an absent hook', `${hooks}/999999`)
    await call('hook tested', 'POST', `${hooks}/${id}/tests`)
    await call('hook deleted', 'DELETE', `${hooks}/${id}`)
    await call('hook deleted again', 'DELETE', `${hooks}/${id}`)
    const own = await call('repository hook', 'POST', `${repo}/hooks`, {
      type: 'gitea',
      active: true,
      events: ['pull_request_only'],
      config,
    })
    value('repository hook', hookValues(own.json))
    await call('repository hook tested', 'POST', `${repo}/hooks/${field(own.json, 'id')}/tests`)
  }
}

function hookValues(hook: unknown): unknown {
  const events = field(hook, 'events')
  return [Array.isArray(events) ? [...events].sort() : events, field(hook, 'active'), field(hook, 'branch_filter')]
}

/** A field of a JSON value that may be none. */
function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
}

type Item = Record<string, unknown> & { object?: { sha: string } }

/** The rows of a list, or of the list under a key. */
function list(value: unknown, key?: string): Item[] {
  const rows = key === undefined ? value : field(value, key)
  return Array.isArray(rows) ? rows : []
}

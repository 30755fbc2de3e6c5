import { content, field, list, type Teller } from './teller.ts'

/** The life of three pulls: one that changes in every way, one that is merged, one whose branch goes. */
export async function tellPulls(told: Teller): Promise<void> {
  await openFirst(told)
  await editFirst(told)
  await closeAndReopen(told)
  await retarget(told)
  await mergeSecond(told)
  await loseThird(told)
}

async function openFirst({ call, moving, repo }: Teller): Promise<void> {
  await call('pull of nothing', 'POST', `${repo}/pulls`, { head: 'main', base: 'main', title: 'x' })
  await call('pull of an absent branch', 'POST', `${repo}/pulls`, { head: 'absent', base: 'main', title: 'x' })
  await call('pull without a title', 'POST', `${repo}/pulls`, { head: 'propose/b', base: 'main' })
  const pull = { head: 'propose/b', base: 'main', title: 'Propose b', body: 'a\r\nb' }
  await moving('pull opened', 'POST', `${repo}/pulls`, pull)
  await call('pull opened again', 'POST', `${repo}/pulls`, pull)
}

async function editFirst({ call, moving, look, repo }: Teller): Promise<void> {
  await moving('pull retitled', 'PATCH', `${repo}/pulls/1`, { title: 'Propose: b' })
  await moving('title set to itself', 'PATCH', `${repo}/pulls/1`, { title: 'Propose: b' })
  await moving('body changed', 'PATCH', `${repo}/pulls/1`, { body: 'new' })
  await moving('body set to itself', 'PATCH', `${repo}/pulls/1`, { body: 'new' })
  await moving('nothing patched', 'PATCH', `${repo}/pulls/1`, {})
  await moving('body emptied', 'PATCH', `${repo}/pulls/1`, { body: '' })
  const comment = await moving('commented', 'POST', `${repo}/issues/1/comments`, { body: 'Nice' })
  await moving('comment edited', 'PATCH', `${repo}/issues/comments/${field(comment.json, 'id')}`, { body: 'Nicer' })
  await look('comments', `${repo}/issues/1/comments`)
  const label = await call('label made', 'POST', `${repo}/labels`, { name: 'idea', color: '#ff0000' })
  await moving('labelled', 'POST', `${repo}/issues/1/labels`, { labels: [field(label.json, 'id')] })
  await moving('commit to head', 'POST', `${repo}/contents/rfcs/n2.md`, { content: content('n2'), branch: 'propose/b' })
  await moving('commit to base', 'POST', `${repo}/contents/base.md`, { content: content('base') })
}

async function closeAndReopen(told: Teller): Promise<void> {
  const { call, moving, value, repo } = told
  await moving('pull closed', 'PATCH', `${repo}/pulls/1`, { state: 'closed' })
  const file = { content: content('n3'), branch: 'propose/b' }
  await moving('commit to a closed pull', 'POST', `${repo}/contents/rfcs/n3.md`, file)
  value('whether a closed pull follows its branch', await followsBranch(told))
  await moving('pull reopened', 'PATCH', `${repo}/pulls/1`, { state: 'open' })
  value('whether a reopened pull follows its branch', await followsBranch(told))
  await moving('pull opened that is open', 'PATCH', `${repo}/pulls/1`, { state: 'open' })
  await call('pull state unknown', 'PATCH', `${repo}/pulls/1`, { state: 'limbo' })
}

/** Alone, in a list, and by its ref. */
async function followsBranch({ read, repo }: Teller): Promise<unknown> {
  const tip = field(await read(`${repo}/branches/propose/b`), 'commit', 'id')
  const listed = list(await read(`${repo}/pulls?state=all`)).find((item) => item.number === 1)
  const refs = list(await read(`${repo}/git/refs/pull/1/head`))
  const heads = [
    field(await read(`${repo}/pulls/1`), 'head', 'sha'),
    field(listed, 'head', 'sha'),
    field(refs[0], 'object', 'sha'),
  ]
  return heads.map((sha) => sha === tip)
}

async function retarget({ call, moving, look, value, repo }: Teller): Promise<void> {
  await moving('branch for retargeting', 'POST', `${repo}/branches`, { new_branch_name: 'claim/a' })
  await moving('pull retargeted', 'PATCH', `${repo}/pulls/1`, { base: 'claim/a' })
  await call('pull retargeted to an absent branch', 'PATCH', `${repo}/pulls/1`, { base: 'absent' })
  const renamed = await moving('branch renamed', 'PATCH', `${repo}/branches/claim/a`, { name: 'claim/z' })
  await moving('base deleted', 'DELETE', `${repo}/branches/claim/${renamed.status === 204 ? 'z' : 'a'}`)
  const pull = await look('pull after its base went', `${repo}/pulls/1`)
  value('base after it went', [
    field(pull.json, 'state'),
    field(pull.json, 'base', 'ref'),
    field(pull.json, 'base', 'sha') === '',
  ])
}

async function mergeSecond({ call, moving, look, repo }: Teller): Promise<void> {
  await moving('second pull opened', 'POST', `${repo}/pulls`, { head: 'edit-a-0123ab', base: 'main', title: 'Edit a' })
  await moving('merged', 'POST', `${repo}/pulls/2/merge`, { Do: 'merge' })
  await call('merged again', 'POST', `${repo}/pulls/2/merge`, { Do: 'merge' })
  await call('merged pull reopened', 'PATCH', `${repo}/pulls/2`, { state: 'open' })
  await look('pull merged', `${repo}/pulls/2`)
  await look('pulls', `${repo}/pulls?state=all&sort=oldest`)
  await look('pulls, one a page', `${repo}/pulls?state=all&sort=recentupdate&limit=1`)
  await look('pulls, open', `${repo}/pulls?state=open`)
  await look('an absent pull', `${repo}/pulls/99`)
  await look('a pull that is no number', `${repo}/pulls/abc`)
  await moving('merged branch deleted', 'DELETE', `${repo}/branches/edit-a-0123ab`)
}

async function loseThird({ call, moving, look, repo }: Teller): Promise<void> {
  await moving('third branch', 'POST', `${repo}/contents/c.md`, { content: content('c'), new_branch: 'propose/c' })
  await moving('third pull opened', 'POST', `${repo}/pulls`, { head: 'propose/c', base: 'main', title: 'WIP: c' })
  await call('draft merged', 'POST', `${repo}/pulls/3/merge`, { Do: 'merge' })
  await moving('open head deleted', 'DELETE', `${repo}/branches/propose/c`)
  await moving('reopened without a branch', 'PATCH', `${repo}/pulls/3`, { state: 'open' })
  await look('pull without a branch', `${repo}/pulls/3`)
  await moving('closed again', 'PATCH', `${repo}/pulls/3`, { state: 'closed' })
  await call('default branch deleted', 'DELETE', `${repo}/branches/main`)
  await call('absent branch deleted', 'DELETE', `${repo}/branches/absent`)
  await moving('pull deleted', 'DELETE', `${repo}/issues/3`)
  await call('absent pull deleted', 'DELETE', `${repo}/issues/3`)
}

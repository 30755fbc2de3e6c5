import { content, type Teller } from './teller.ts'

/** Branches made, read and committed to. */
export async function tellBranches({ call, moving, look, repo }: Teller): Promise<void> {
  await moving('branch made', 'POST', `${repo}/branches`, { new_branch_name: 'propose/b' })
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
  const n = { content: content('n'), message: 'n', branch: 'propose/b' }
  await moving('file on a branch', 'POST', `${repo}/contents/rfcs/n.md`, n)
  const m = { content: content('m'), message: 'm', branch: 'main', new_branch: 'edit-a-0123ab' }
  await moving('file on a new branch', 'POST', `${repo}/contents/rfcs/m.md`, m)
}

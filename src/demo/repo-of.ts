import { Refusal } from './answer.ts'
import { type Call, param } from './call.ts'
import { absent, forbidden } from './refusals.ts'
import { canAdminister, canRead, canWrite } from './state/access.ts'
import { findRepo, fullName, type Repo } from './state/repo.ts'
import { findUser } from './state/user.ts'

/** The repository of the path as the caller may see it: a private one is absent to strangers, an old name redirects. */
export function repoOf(call: Call): Repo {
  const { state } = call
  const owner = param(call, 'owner')
  const name = param(call, 'repo')
  const repo = findRepo(state, owner, name)
  if (repo && canRead(state, call.caller, repo)) return repo
  if (!repo) followMove(call, owner, name)
  if (findUser(state, owner)) throw absent(call)
  throw absent(call, [`user redirect does not exist [name: ${owner}]`], 'GetUserByName')
}

/** The same, for those who may push. */
export function writableRepo(call: Call): Repo {
  const repo = repoOf(call)
  if (!canWrite(call.state, call.caller, repo))
    throw forbidden(call, 'user should have a permission to write to this repo')
  return repo
}

/** The same, for those who may change settings. */
export function administeredRepo(call: Call): Repo {
  const repo = repoOf(call)
  if (!canAdminister(call.state, call.caller, repo)) {
    throw forbidden(call, 'user should be an owner or a collaborator with admin write of a repository')
  }
  return repo
}

/** Renamed repositories answer 301 on Gitea and 307 on Forgejo 7; of a renamed organisation's, Gitea 1.26.1 says 307. */
function followMove(call: Call, owner: string, name: string): void {
  const { state } = call
  const movedId = state.moved.get(`${owner}/${name}`.toLowerCase())
  const moved = movedId === undefined ? undefined : state.repos.get(movedId)
  if (moved) throw redirect(call, `${owner}/${name}`, fullName(state, moved), state.dialect.forgejo ? 307 : 301)
  const user = state.users.get(state.renamed.get(owner.toLowerCase()) ?? -1)
  if (user) throw redirect(call, owner, user.login, state.dialect.since(23) || state.dialect.forgejo ? 307 : 301)
}

/** Go's http.Redirect writes a page for GET alone. */
function redirect(call: Call, from: string, to: string, status: 301 | 307): Refusal {
  const location = call.request.path.replace(from, to)
  const words = status === 301 ? 'Moved Permanently' : 'Temporary Redirect'
  if (call.request.method !== 'GET')
    return new Refusal({ status, headers: { Location: location }, body: Buffer.alloc(0) })
  const headers = { 'Content-Type': 'text/html; charset=utf-8', Location: location }
  return new Refusal({ status, headers, body: Buffer.from(`<a href="${location}">${words}</a>.\n\n`) })
}
